import { z } from "zod";
import { idField } from "../fields.ts";

export const checkSchema = z.strictObject({
  user_id: idField,
  organization_id: idField,
  permission: z.string().min(1, "is empty; give a permission such as member:read").max(127),
});
export type CheckInput = z.input<typeof checkSchema>;

/**
 * `revision` is the organization's revision at which the answer was true; 0 where there is no such organization. A
 * caller that knows a newer revision can require it with `minimum_revision`.
 */
export const checkResultSchema = z.strictObject({
  allowed: z.boolean(),
  roles: z.array(z.string()),
  revision: z.int(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

export const freshnessSchema = {
  /** The answer must be at least as new as this revision of the organization. */
  minimum_revision: z.int().min(0).optional(),
  /** `strong` first looks for commits of other processes; the default answers from memory. */
  consistency: z.enum(["cached", "strong"]).optional(),
};

export const checkRequestSchema = z.strictObject({ ...checkSchema.shape, ...freshnessSchema });
export type CheckRequest = z.infer<typeof checkRequestSchema>;

export const checkBatchSchema = z.strictObject({
  checks: z
    .array(checkSchema)
    .min(1, "is empty; give at least one check")
    .max(100, "holds more than 100 checks"),
  ...freshnessSchema,
});
export type CheckBatchInput = z.infer<typeof checkBatchSchema>;

export const checkBatchResultSchema = z.strictObject({ results: z.array(checkResultSchema) });
export type CheckBatchResult = z.infer<typeof checkBatchResultSchema>;
