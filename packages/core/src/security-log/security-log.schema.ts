import { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import { idField, timeField } from "../fields.ts";
import { pageInput } from "../page.ts";

/** The codes for credentials that were refused. */
export const refusedCredentialCodes = [
  "invalid_credentials",
  "invalid_token",
  "session_revoked",
] as const satisfies readonly ErrorCode[];

export type RefusedCredentialCode = (typeof refusedCredentialCodes)[number];

/** The codes of everything in the security log. */
export const denialCodeSchema = z.enum([
  ...refusedCredentialCodes,
  "permission_denied",
  "cannot_grant",
  "outranked",
  "tenant_not_found",
  "organization_not_found",
  "user_not_found",
] as const satisfies readonly ErrorCode[]);
export type DenialCode = z.infer<typeof denialCodeSchema>;

/** A refusal as callers see it. */
export const denialSchema = z.strictObject({
  id: idField,
  tenant_id: idField,
  occurred_at: timeField,
  /** The error code that the caller got. */
  code: denialCodeSchema,
  /** What was attempted; `authenticate` where a credential was refused before that. */
  operation: z.string(),
  /** The caller who was refused; `anonymous` where it is not known. */
  actor: z.strictObject({
    type: z.enum(["user", "operator", "system", "anonymous"]),
    id: z.string().nullable(),
  }),
  /** The organization that the caller named, existing or not; the first 255 characters. */
  organization_id: z.string().nullable(),
  /** What would have been required: a permission, or a standing such as `administrator`. */
  permission: z.string().nullable(),
  request_id: z.string().nullable(),
});
export type Denial = z.infer<typeof denialSchema>;

export const listDenialsSchema = z.strictObject({
  ...pageInput,
  organization_id: idField.optional(),
  actor_id: idField.optional(),
  code: denialCodeSchema.optional(),
});
export type ListDenialsInput = z.input<typeof listDenialsSchema>;
