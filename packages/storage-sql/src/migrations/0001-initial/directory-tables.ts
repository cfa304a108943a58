import type { SqlDialect } from "../../dialect.ts";

/** Tenants and what belongs to them: users, roles and plans. */
export function directoryTables({ ddl }: SqlDialect): readonly string[] {
  const { text, integer } = ddl;
  return [
    `CREATE TABLE tenants (
      id ${text} NOT NULL PRIMARY KEY,
      slug ${text} NOT NULL CONSTRAINT tenants_slug_unique UNIQUE,
      short_id ${text} NOT NULL CONSTRAINT tenants_short_id_unique UNIQUE,
      name ${text} NOT NULL,
      status ${text} NOT NULL CONSTRAINT tenants_status_known CHECK (status IN ('active', 'suspended', 'deleted')),
      placement ${text} NOT NULL CONSTRAINT tenants_placement_known CHECK (placement IN ('shared', 'dedicated')),
      revision ${integer} NOT NULL,
      created_at ${text} NOT NULL,
      updated_at ${text} NOT NULL
    ) ${ddl.table}`,

    `CREATE TABLE users (
      tenant_id ${text} NOT NULL CONSTRAINT users_tenant REFERENCES tenants (id),
      id ${text} NOT NULL,
      username ${text},
      username_key ${text},
      email ${text},
      email_verified ${integer} NOT NULL CONSTRAINT users_email_verified_flag CHECK (email_verified IN (0, 1)),
      name ${text},
      external_id ${text},
      status ${text} NOT NULL CONSTRAINT users_status_known CHECK (status IN ('active', 'deactivated')),
      metadata ${text} NOT NULL,
      private_metadata ${text} NOT NULL,
      client_metadata ${text} NOT NULL,
      search_key ${text} NOT NULL,
      revision ${integer} NOT NULL,
      created_at ${text} NOT NULL,
      updated_at ${text} NOT NULL,
      CONSTRAINT users_key PRIMARY KEY (tenant_id, id),
      CONSTRAINT users_username_has_key CHECK ((username IS NULL) = (username_key IS NULL))
    ) ${ddl.table}`,
    // Partial indexes: most users lack a username or an address, and absent values need no entry.
    `CREATE UNIQUE INDEX users_username_unique ON users (tenant_id, username_key) WHERE username_key IS NOT NULL`,
    `CREATE UNIQUE INDEX users_email_unique ON users (tenant_id, email) WHERE email IS NOT NULL`,
    `CREATE UNIQUE INDEX users_external_id_unique ON users (tenant_id, external_id) WHERE external_id IS NOT NULL`,

    // Separate from users, so that no list or export can include a hash.
    `CREATE TABLE user_passwords (
      tenant_id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      hash ${text} NOT NULL,
      updated_at ${text} NOT NULL,
      CONSTRAINT user_passwords_key PRIMARY KEY (tenant_id, user_id),
      CONSTRAINT user_passwords_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
    ) ${ddl.keyedTable}`,

    `CREATE TABLE tenant_user_roles (
      tenant_id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      role ${text} NOT NULL CONSTRAINT tenant_user_roles_role_known CHECK (role IN ('administrator')),
      created_at ${text} NOT NULL,
      CONSTRAINT tenant_user_roles_key PRIMARY KEY (tenant_id, user_id, role),
      CONSTRAINT tenant_user_roles_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
    ) ${ddl.keyedTable}`,

    `CREATE TABLE plans (
      tenant_id ${text} NOT NULL CONSTRAINT plans_tenant REFERENCES tenants (id),
      key ${text} NOT NULL,
      name ${text} NOT NULL,
      seats ${text},
      entitlements ${text} NOT NULL,
      is_default ${integer} NOT NULL CONSTRAINT plans_default_flag CHECK (is_default IN (0, 1)),
      revision ${integer} NOT NULL,
      created_at ${text} NOT NULL,
      updated_at ${text} NOT NULL,
      CONSTRAINT plans_key PRIMARY KEY (tenant_id, key),
      CONSTRAINT plans_seats_form CHECK (seats = 'unlimited' OR (seats <> '' AND trim(seats, '0123456789') = ''))
    ) ${ddl.table}`,
    `CREATE UNIQUE INDEX plans_default_unique ON plans (tenant_id) WHERE is_default = 1`,
  ];
}
