import { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import { idField, timeField } from "../fields.ts";
import { pageInput } from "../page.ts";

/** What is answered to a credential that lets nobody in. */
export const refusedCredentialCodes = [
  "invalid_credentials",
  "invalid_token",
  "session_revoked",
] as const satisfies readonly ErrorCode[];

export type RefusedCredentialCode = (typeof refusedCredentialCodes)[number];

/** The codes of everything that is kept in the security log. */
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
  /** The code that the caller was answered with. */
  code: denialCodeSchema,
  /** What was tried; `authenticate` where a credential was refused before anything was. */
  operation: z.string(),
  /** Who was refused; `anonymous` where nothing showed it. */
  actor: z.strictObject({
    type: z.enum(["user", "operator", "system", "anonymous"]),
    id: z.string().nullable(),
  }),
  /** The organization that the caller named, whether or not there is one; at most 255 characters of it. */
  organization_id: z.string().nullable(),
  /** What it would have taken: a permission, or a standing such as `administrator`. */
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
