import { DomainError, type ErrorCode } from "@tenantry/core";

/**
 * A violated constraint, as the engine reports it: PostgreSQL gives the constraint's name, SQLite the columns or
 * nothing.
 */
export type Violation =
  | {
      readonly kind: "named";
      readonly constraint: string;
      /** For a foreign key: whether the referring row was written, or the referenced one deleted. */
      readonly operation?: "write" | "delete";
    }
  | { readonly kind: "unique"; readonly columns: string }
  | {
      readonly kind: "foreign_key";
      readonly table: string;
      readonly operation: "write" | "delete";
    };

interface ConstraintRule {
  readonly constraint: string;
  readonly code: ErrorCode;
  /** The query argument whose value the message shows, and the invalid field. */
  readonly argument?: string;
  readonly field?: string;
  readonly message: (value: string) => string;
}

interface UniqueRule extends ConstraintRule {
  /** In SQLite's form: `table.column, table.column`. */
  readonly columns: string;
}

interface ForeignKeyRule extends ConstraintRule {
  readonly table: string;
  readonly operation: "write" | "delete";
}

export const uniqueRules: readonly UniqueRule[] = [
  {
    constraint: "tenants_slug_unique",
    columns: "tenants.slug",
    code: "tenant_slug_taken",
    argument: "slug",
    field: "slug",
    message: (slug) => `The slug ${slug} is taken by another tenant; choose another`,
  },
  {
    constraint: "registered_organizations_key",
    columns: "registered_organizations.serial",
    code: "id_taken",
    argument: "serial",
    message: (serial) => `Another organization has the number ${serial}`,
  },
  {
    constraint: "registered_organizations_name_unique",
    columns: "registered_organizations.name_key",
    code: "organization_name_taken",
    argument: "name",
    field: "organization_name",
    message: (name) => `Organization with name '${name}' already exists`,
  },
  {
    constraint: "organizations_name_unique",
    columns: "organizations.tenant_id, organizations.name_key",
    code: "organization_name_taken",
    argument: "name",
    field: "name",
    message: (name) => `Organization with name '${name}' already exists`,
  },
  {
    constraint: "organizations_slug_unique",
    columns: "organizations.tenant_id, organizations.slug",
    code: "organization_slug_taken",
    argument: "slug",
    field: "slug",
    message: (slug) => `The slug ${slug} is taken; choose another`,
  },
  {
    constraint: "organizations_external_id_unique",
    columns: "organizations.tenant_id, organizations.external_id",
    code: "external_id_taken",
    argument: "external_id",
    field: "external_id",
    message: (id) => `Another organization has the external id ${id}`,
  },
  {
    constraint: "organizations_key",
    columns: "organizations.tenant_id, organizations.id",
    code: "id_taken",
    argument: "id",
    field: "id",
    message: (id) => `Another organization has the id ${id}`,
  },
  {
    constraint: "users_key",
    columns: "users.tenant_id, users.id",
    code: "id_taken",
    argument: "id",
    field: "id",
    message: (id) => `Another user has the id ${id}`,
  },
  {
    constraint: "users_email_unique",
    columns: "users.tenant_id, users.email",
    code: "email_taken",
    argument: "email",
    field: "email",
    message: (email) => `Another user has the e-mail address ${email}`,
  },
  {
    constraint: "users_username_unique",
    columns: "users.tenant_id, users.username_key",
    code: "username_taken",
    argument: "username",
    field: "username",
    message: (username) => `The username ${username} is taken; choose another`,
  },
  {
    constraint: "users_external_id_unique",
    columns: "users.tenant_id, users.external_id",
    code: "external_id_taken",
    argument: "external_id",
    field: "external_id",
    message: (id) => `Another user has the external id ${id}`,
  },
  {
    constraint: "memberships_key",
    columns: "memberships.tenant_id, memberships.organization_id, memberships.user_id",
    code: "already_member",
    argument: "user_id",
    field: "user_id",
    message: (user) => `User ${user} already in organization`,
  },
  {
    constraint: "roles_key",
    columns: "roles.tenant_id, roles.scope, roles.key",
    code: "role_key_taken",
    argument: "key",
    field: "key",
    message: (key) => `There is a role ${key} already`,
  },
  {
    constraint: "plans_key",
    columns: "plans.tenant_id, plans.key",
    code: "plan_key_taken",
    argument: "key",
    field: "key",
    message: (key) => `There is a plan ${key} already`,
  },
  {
    constraint: "teams_name_unique",
    columns: "teams.tenant_id, teams.organization_id, teams.name_key",
    code: "team_name_taken",
    argument: "name",
    field: "name",
    message: (name) => `The organization has a team named ${name} already`,
  },
  {
    constraint: "team_members_key",
    columns:
      "team_members.tenant_id, team_members.organization_id, team_members.team_id, team_members.user_id",
    code: "already_team_member",
    argument: "user_id",
    field: "user_id",
    message: (user) => `User ${user} is in the team already`,
  },
  {
    constraint: "teams_key",
    columns: "teams.tenant_id, teams.organization_id, teams.id",
    code: "id_taken",
    argument: "id",
    field: "id",
    message: (id) => `Another team has the id ${id}`,
  },
  {
    constraint: "resources_key",
    columns:
      "resources.tenant_id, resources.organization_id, resources.type, resources.external_id",
    code: "resource_taken",
    argument: "external_id",
    field: "external_id",
    message: (id) => `The resource ${id} is registered already`,
  },
];

/**
 * SQLite does not say which foreign key failed, so the first rule of a table is assumed. The use cases make sure that
 * the others hold, by locks and look-ups before they write.
 */
export const foreignKeyRules: readonly ForeignKeyRule[] = [
  {
    constraint: "memberships_user",
    table: "memberships",
    operation: "write",
    code: "unknown_user",
    argument: "user_id",
    field: "user_id",
    message: (user) => `There is no user ${user}`,
  },
  {
    constraint: "membership_roles_role",
    table: "membership_roles",
    operation: "write",
    code: "unknown_role",
    argument: "role_key",
    field: "roles",
    message: (role) => `There is no role ${role} in this organization`,
  },
  {
    constraint: "team_roles_role",
    table: "team_roles",
    operation: "write",
    code: "unknown_role",
    argument: "role_key",
    field: "roles",
    message: (role) => `There is no role ${role} in this organization`,
  },
  {
    constraint: "organizations_plan",
    table: "organizations",
    operation: "write",
    code: "unknown_plan",
    argument: "plan_tier",
    field: "plan_tier",
    message: (plan) => `There is no plan ${plan}`,
  },
  {
    constraint: "teams_parent",
    table: "teams",
    operation: "write",
    code: "team_not_found",
    argument: "parent_team_id",
    field: "parent_team_id",
    message: (team) => `The organization has no team ${team}`,
  },
  {
    constraint: "team_members_membership",
    table: "team_members",
    operation: "write",
    code: "not_a_member",
    argument: "user_id",
    field: "user_id",
    message: (user) => `User ${user} is not a member of the organization; add them there first`,
  },
  {
    constraint: "user_passwords_user",
    table: "user_passwords",
    operation: "write",
    code: "user_not_found",
    message: () => "There is no such user",
  },
  {
    constraint: "sessions_user",
    table: "sessions",
    operation: "write",
    code: "user_not_found",
    message: () => "There is no such user",
  },
  {
    constraint: "resources_organization",
    table: "resources",
    operation: "write",
    code: "organization_not_found",
    message: () => "There is no such organization",
  },
  {
    constraint: "roles_organization",
    table: "roles",
    operation: "write",
    code: "organization_not_found",
    message: () => "There is no such organization",
  },
  {
    constraint: "users_tenant",
    table: "users",
    operation: "write",
    code: "tenant_not_found",
    message: () => "There is no such tenant",
  },
  {
    constraint: "plans_tenant",
    table: "plans",
    operation: "write",
    code: "tenant_not_found",
    message: () => "There is no such tenant",
  },
  {
    constraint: "membership_roles_role",
    table: "roles",
    operation: "delete",
    code: "role_in_use",
    argument: "key",
    message: (role) => `The role ${role} is held; take it from its members and teams first`,
  },
  {
    constraint: "organizations_plan",
    table: "plans",
    operation: "delete",
    code: "plan_in_use",
    argument: "key",
    message: (plan) => `The plan ${plan} is in use; move its organizations to another plan first`,
  },
  {
    constraint: "teams_parent",
    table: "teams",
    operation: "delete",
    code: "team_not_empty",
    message: () => "The team has teams inside it; move or delete them first",
  },
];

/**
 * The error for a violated constraint; undefined where a violation means a bug in this program.
 *
 * @param argument Returns the value of a query argument by name, for the message.
 */
export function constraintError(
  violation: Violation,
  argument: (name: string) => string,
  cause: unknown,
): DomainError | undefined {
  const rule = findRule(violation);
  if (rule === undefined) return undefined;
  const message = rule.message(rule.argument === undefined ? "" : argument(rule.argument));
  const fields = rule.field === undefined ? [] : [{ pointer: `/${rule.field}`, detail: message }];
  return new DomainError(rule.code, message, { fields, cause });
}

function findRule(violation: Violation): ConstraintRule | undefined {
  switch (violation.kind) {
    case "named":
      return (
        uniqueRules.find((rule) => rule.constraint === violation.constraint) ??
        foreignKeyRules.find(
          (rule) =>
            rule.constraint === violation.constraint &&
            rule.operation === (violation.operation ?? rule.operation),
        )
      );
    case "unique":
      return uniqueRules.find((rule) => rule.columns === violation.columns);
    case "foreign_key":
      return foreignKeyRules.find(
        (rule) => rule.table === violation.table && rule.operation === violation.operation,
      );
  }
}
