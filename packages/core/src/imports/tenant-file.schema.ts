import { z } from "zod";
import {
  domainField,
  emailField,
  externalIdField,
  keyField,
  metadataField,
  nameField,
  slugField,
} from "../fields.ts";
import { membershipSchema } from "../members/members.schema.ts";
import { organizationSchema } from "../organizations/organizations.schema.ts";
import { planSchema } from "../plans/plans.schema.ts";
import { permissionField, roleSchema } from "../roles/roles.schema.ts";
import { teamMemberSchema, teamSchema } from "../teams/teams.schema.ts";
import { userSchema } from "../users/users.schema.ts";

/**
 * Tenantry's own export: the rows of a tenant with their ids and times. It leaves out what belongs to an installation
 * (revisions, events, keys, sessions) and password hashes.
 */
export const tenantFormat = "tenantry";
export const tenantFileVersion = 1;

/** The stored form, of fixed width, so that text order is time order. */
const timeField = z.iso.datetime({
  precision: 3,
  error: "is not a time such as 2026-11-21T05:00:00.000Z",
});
const times = { created_at: timeField, updated_at: timeField };

const roleRow = roleSchema.pick({ key: true, rank: true, is_default: true }).extend({
  name: nameField,
  description: z.string().max(1000).nullable(),
  permissions: z.array(permissionField),
  ...times,
});

const planRow = planSchema
  .pick({ key: true, seats: true, entitlements: true, is_default: true })
  .extend({ name: nameField, ...times });

const userRow = userSchema.pick({ id: true, email_verified: true, status: true }).extend({
  username: z.string().min(1).max(255).nullable(),
  email: emailField.nullable(),
  name: nameField.nullable(),
  external_id: externalIdField.nullable(),
  is_tenant_administrator: z.boolean(),
  metadata: metadataField,
  client_metadata: metadataField,
  private_metadata: metadataField,
  ...times,
});

const membershipRow = membershipSchema
  .pick({ id: true, user_id: true, status: true, invited_by_user_id: true })
  .extend({
    roles: z.array(keyField).min(1),
    joined_at: timeField.nullable(),
    last_active_at: timeField.nullable(),
    metadata: metadataField,
    ...times,
  });

const teamMemberRow = teamMemberSchema
  .pick({ user_id: true, role: true })
  .extend({ metadata: metadataField, ...times });

const teamRow = teamSchema.pick({ id: true, parent_team_id: true }).extend({
  name: nameField,
  description: z.string().max(1000).nullable(),
  roles: z.array(keyField),
  metadata: metadataField,
  ...times,
  members: z.array(teamMemberRow),
});

const resourceRow = z.strictObject({
  type: keyField,
  external_id: externalIdField,
  name: nameField.nullable(),
  created_at: timeField,
});

const organizationRow = organizationSchema
  .pick({
    id: true,
    billing_address: true,
    plan_tier: true,
    status: true,
    lago_customer_id: true,
    stripe_customer_id: true,
    logo_url: true,
  })
  .extend({
    name: nameField,
    slug: slugField,
    domain: domainField.nullable(),
    billing_email: emailField.nullable(),
    external_id: externalIdField.nullable(),
    metadata: metadataField,
    client_metadata: metadataField,
    private_metadata: metadataField,
    ...times,
    deleted_at: timeField.nullable(),
    roles: z.array(roleRow),
    memberships: z.array(membershipRow),
    teams: z.array(teamRow),
    resources: z.array(resourceRow),
  });

export const tenantFileSchema = z.strictObject({
  format: z.literal(tenantFormat),
  version: z.literal(tenantFileVersion, {
    error: `is not ${tenantFileVersion}: the file was made by a newer Tenantry; update this one`,
  }),
  exported_at: timeField,
  tenant: z.strictObject({ slug: z.string(), name: z.string() }),
  roles: z.array(roleRow),
  plans: z.array(planRow),
  users: z.array(userRow),
  organizations: z.array(organizationRow),
});

export type TenantFile = z.infer<typeof tenantFileSchema>;
export type RoleRow = z.infer<typeof roleRow>;
export type PlanRow = z.infer<typeof planRow>;
export type UserRow = z.infer<typeof userRow>;
export type OrganizationRow = z.infer<typeof organizationRow>;
export type MembershipRow = z.infer<typeof membershipRow>;
export type TeamRow = z.infer<typeof teamRow>;
export type TeamMemberRow = z.infer<typeof teamMemberRow>;
export type ResourceRow = z.infer<typeof resourceRow>;

/** The organization's own row, without its contents. */
export type BareOrganizationRow = Omit<
  OrganizationRow,
  "roles" | "memberships" | "teams" | "resources"
>;

/** Reduces a record to the columns of its row, in their order. The type fails when a row gets another column. */
function columnsOf<Row extends object>(schema: {
  readonly shape: { readonly [K in keyof Row]: unknown };
}) {
  const keys = Object.keys(schema.shape) as (keyof Row)[];
  return <Source extends Row>(source: Source): Row =>
    Object.fromEntries(keys.map((key) => [key, source[key]])) as Row;
}

export const toRoleRow = columnsOf<RoleRow>(roleRow);
export const toPlanRow = columnsOf<PlanRow>(planRow);
export const toUserRow = columnsOf<UserRow>(userRow);
export const toMembershipRow = columnsOf<MembershipRow>(membershipRow);
export const toTeamRow = columnsOf<TeamRow>(teamRow);
export const toTeamMemberRow = columnsOf<TeamMemberRow>(teamMemberRow);
export const toResourceRow = columnsOf<ResourceRow>(resourceRow);
export const toOrganizationRow = columnsOf<BareOrganizationRow>(
  organizationRow.omit({ roles: true, memberships: true, teams: true, resources: true }),
);
