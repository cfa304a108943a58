import { z } from "zod";
import { idField, keyField, nameField, timeField } from "../fields.ts";

/** `resource:action`, or `*` for everything. Applications define permissions of their own besides ours. */
export const permissionField = z
  .string()
  .max(127, "is longer than 127 characters")
  .regex(
    /^(?:\*|[a-z][a-z0-9_.-]*:[a-z][a-z0-9_.-]*)$/,
    "is not a permission; write resource:action, such as project:read",
  );

/**
 * A role: a key, a rank and the permissions that it grants. A role without `organization_id` belongs to the tenant
 * and can be held in every organization; one with it exists in that organization only. The rank never changes,
 * because memberships store their highest role.
 */
export const roleSchema = z.strictObject({
  tenant_id: idField,
  organization_id: z.string().nullable(),
  key: keyField,
  name: z.string(),
  description: z.string().nullable(),
  rank: z.int(),
  permissions: z.array(permissionField),
  is_default: z.boolean(),
  revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
});
export type Role = z.infer<typeof roleSchema>;

const permissionsField = z
  .array(permissionField)
  .max(500, "holds more than 500 permissions")
  .refine((all) => new Set(all).size === all.length, { error: "names a permission twice" });
const descriptionField = z.string().max(1000, "is longer than 1000 characters").nullable();

export const createRoleSchema = z.strictObject({
  key: keyField,
  name: nameField,
  description: descriptionField.default(null),
  rank: z.int().min(0).max(1000),
  permissions: permissionsField,
});
export type CreateRoleInput = z.input<typeof createRoleSchema>;

export const updateRoleSchema = z
  .strictObject({ name: nameField, description: descriptionField, permissions: permissionsField })
  .partial();
export type UpdateRoleInput = z.input<typeof updateRoleSchema>;
