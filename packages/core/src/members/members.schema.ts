import { z } from "zod";
import {
  idField,
  jsonObjectField,
  keyField,
  metadataField,
  searchField,
  timeField,
} from "../fields.ts";
import { organizationSchema } from "../organizations/organizations.schema.ts";
import { pageInput } from "../page.ts";

export const membershipStatusSchema = z.enum(["invited", "active", "suspended"]);
export type MembershipStatus = z.infer<typeof membershipStatusSchema>;

/** A membership: one per user and organization. `role` is the highest of `roles`. */
export const membershipSchema = z.strictObject({
  id: idField,
  tenant_id: idField,
  organization_id: idField,
  user_id: idField,
  role: z.string(),
  roles: z.array(z.string()),
  status: membershipStatusSchema,
  invited_by_user_id: z.string().nullable(),
  joined_at: timeField.nullable(),
  last_active_at: timeField.nullable(),
  metadata: jsonObjectField,
  revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
});
export type Membership = z.infer<typeof membershipSchema>;

/** A member: the membership with its user. */
export const memberSchema = membershipSchema.extend({
  user: z.strictObject({
    id: idField,
    username: z.string().nullable(),
    email: z.string().nullable(),
    name: z.string().nullable(),
  }),
});
export type Member = z.infer<typeof memberSchema>;

/** One of a user's organizations, with the user's roles in it. */
export const userOrganizationSchema = organizationSchema.extend({
  role: z.string(),
  roles: z.array(z.string()),
  membership_status: membershipStatusSchema,
  joined_at: timeField.nullable(),
});
export type UserOrganization = z.infer<typeof userOrganizationSchema>;

const rolesField = z
  .array(keyField)
  .min(1, "is empty; give at least one role")
  .max(20, "holds more than 20 roles")
  .refine((roles) => new Set(roles).size === roles.length, { error: "names a role twice" });

const rolesInput = { role: keyField.optional(), roles: rolesField.optional() };
const oneOfRoles = (input: { role?: string | undefined; roles?: string[] | undefined }) =>
  input.role === undefined || input.roles === undefined;
const oneOfRolesMessage = { error: "give role or roles, not both", path: ["role"] };

/** Give `role` or `roles`; with neither, the member gets the default role `member`. */
export const addMemberSchema = z
  .strictObject({
    user_id: idField,
    ...rolesInput,
    status: z.enum(["active", "invited"]).default("active"),
    metadata: metadataField.optional(),
    /** If given, it must be the caller's own tenant; otherwise the answer is 404. */
    tenant_id: idField.optional(),
  })
  .refine(oneOfRoles, oneOfRolesMessage);
export type AddMemberInput = z.input<typeof addMemberSchema>;

/**
 * An absent field keeps its value. `invited` cannot be set: only an invitation creates that status, and only the
 * invited person ends it.
 */
export const updateMemberSchema = z
  .strictObject({
    ...rolesInput,
    status: z.enum(["active", "suspended"]).optional(),
    metadata: metadataField.optional(),
  })
  .refine(oneOfRoles, oneOfRolesMessage);
export type UpdateMemberInput = z.input<typeof updateMemberSchema>;

export const listMembersSchema = z.strictObject({
  ...pageInput,
  q: searchField.optional(),
  role: z.string().optional(),
  status: membershipStatusSchema.optional(),
});
export type ListMembersInput = z.input<typeof listMembersSchema>;

export const listUserOrganizationsSchema = z.strictObject({ ...pageInput });
export type ListUserOrganizationsInput = z.input<typeof listUserOrganizationsSchema>;
