import type { Migration } from "./migration.ts";

/**
 * What a look-up of access needs to know of every member, in rows that it reads anyway: whether the user administers
 * the tenant, and whether the member ever was in a team.
 */
export const accessInOneReadMigration: Migration = {
  name: "0010-access-in-one-read",
  statements: ({ ddl }) => [
    `ALTER TABLE users ADD COLUMN is_tenant_administrator ${ddl.integer} NOT NULL DEFAULT 0
      CONSTRAINT users_administrator_flag CHECK (is_tenant_administrator IN (0, 1))`,
    `ALTER TABLE memberships ADD COLUMN was_in_team ${ddl.integer} NOT NULL DEFAULT 0
      CONSTRAINT memberships_team_flag CHECK (was_in_team IN (0, 1))`,
    ...ddl.acrossTenants(
      // While a tenant moves, triggers note its changed rows in changed_rows.
      ["users", "memberships", "tenant_user_roles", "team_members", "changed_rows"],
      [
        `UPDATE users SET is_tenant_administrator = 1
          WHERE (tenant_id, id) IN (SELECT tenant_id, user_id FROM tenant_user_roles)`,
        `UPDATE memberships SET was_in_team = 1 WHERE (tenant_id, organization_id, user_id)
          IN (SELECT tenant_id, organization_id, user_id FROM team_members)`,
      ],
    ),
    "DROP TABLE tenant_user_roles",
  ],
};
