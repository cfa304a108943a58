import type { Migration } from "./migration.ts";

/** Organizations that registered by name, in the main database: the number and the tenant of each. */
export const registeredOrganizationsMigration: Migration = {
  name: "0008-registered-organizations",
  statements: ({ ddl }) => [
    `CREATE TABLE registered_organizations (
      serial ${ddl.integer} NOT NULL CONSTRAINT registered_organizations_key PRIMARY KEY,
      name_key ${ddl.text} NOT NULL CONSTRAINT registered_organizations_name_unique UNIQUE,
      name ${ddl.text} NOT NULL,
      admin_email ${ddl.text} NOT NULL,
      tenant_id ${ddl.text} NOT NULL CONSTRAINT registered_organizations_tenant_unique UNIQUE,
      admin_user_id ${ddl.text} NOT NULL,
      created_at ${ddl.text} NOT NULL
    ) ${ddl.keyedTable}`,
    ...ddl.keepFromTenants(["registered_organizations"]),
  ],
};
