import { z } from "zod";
import {
  idField,
  jsonObjectField,
  keyField,
  metadataField,
  nameField,
  searchField,
  timeField,
} from "../fields.ts";
import { pageInput } from "../page.ts";

/** How deep teams may nest; a top-level team has depth 1. */
export const maximumTeamDepth = 8;

/** A team in an organization. Its members hold its roles and those of the teams around it. */
export const teamSchema = z.strictObject({
  id: idField,
  tenant_id: idField,
  organization_id: idField,
  parent_team_id: z.string().nullable(),
  name: z.string(),
  description: z.string().nullable(),
  roles: z.array(z.string()),
  metadata: jsonObjectField,
  revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
});
export type Team = z.infer<typeof teamSchema>;

/** A maintainer may add and remove the team's members. */
export const teamMemberRoleSchema = z.enum(["maintainer", "member"]);
export type TeamMemberRole = z.infer<typeof teamMemberRoleSchema>;

export const teamMemberSchema = z.strictObject({
  tenant_id: idField,
  organization_id: idField,
  team_id: idField,
  user_id: idField,
  role: teamMemberRoleSchema,
  metadata: jsonObjectField,
  revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
});
export type TeamMember = z.infer<typeof teamMemberSchema>;

const rolesField = z
  .array(keyField)
  .max(20, "holds more than 20 roles")
  .refine((roles) => new Set(roles).size === roles.length, { error: "names a role twice" });
const descriptionField = z.string().max(1000, "is longer than 1000 characters").nullable();

const writableFields = {
  name: nameField,
  description: descriptionField,
  parent_team_id: idField.nullable(),
  roles: rolesField,
  metadata: metadataField,
};

export const createTeamSchema = z.strictObject({
  ...z.strictObject(writableFields).partial().shape,
  name: nameField,
});
export type CreateTeamInput = z.input<typeof createTeamSchema>;

export const updateTeamSchema = z.strictObject(writableFields).partial();
export type UpdateTeamInput = z.input<typeof updateTeamSchema>;

export const addTeamMemberSchema = z.strictObject({
  user_id: idField,
  role: teamMemberRoleSchema.default("member"),
  metadata: metadataField.optional(),
});
export type AddTeamMemberInput = z.input<typeof addTeamMemberSchema>;

export const updateTeamMemberSchema = z.strictObject({ role: teamMemberRoleSchema });

export const listTeamsSchema = z.strictObject({
  ...pageInput,
  q: searchField.optional(),
  parent_team_id: z.string().optional(),
});
export type ListTeamsInput = z.input<typeof listTeamsSchema>;

export const listTeamMembersSchema = z.strictObject({ ...pageInput });
export type ListTeamMembersInput = z.input<typeof listTeamMembersSchema>;
