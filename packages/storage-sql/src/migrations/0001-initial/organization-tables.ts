import type { SqlDialect } from "../../dialect.ts";

/** Organizations, their own roles, and their members. */
export function organizationTables({ ddl }: SqlDialect): readonly string[] {
  const { text, integer } = ddl;
  return [
    `CREATE TABLE organizations (
      tenant_id ${text} NOT NULL CONSTRAINT organizations_tenant REFERENCES tenants (id),
      id ${text} NOT NULL,
      name ${text} NOT NULL,
      name_key ${text} NOT NULL,
      slug ${text} NOT NULL,
      domain ${text} CONSTRAINT organizations_domain_has_dot CHECK (domain LIKE '%_._%'),
      billing_email ${text},
      billing_address ${text},
      plan_tier ${text} NOT NULL,
      status ${text} NOT NULL
        CONSTRAINT organizations_status_known CHECK (status IN ('active', 'suspended', 'deleted')),
      lago_customer_id ${text},
      stripe_customer_id ${text},
      logo_url ${text},
      metadata ${text} NOT NULL,
      private_metadata ${text} NOT NULL,
      client_metadata ${text} NOT NULL,
      external_id ${text},
      revision ${integer} NOT NULL,
      row_revision ${integer} NOT NULL,
      seat_count ${integer} NOT NULL CONSTRAINT organizations_seats_counted CHECK (seat_count >= 0),
      member_count ${integer} NOT NULL CONSTRAINT organizations_members_counted CHECK (member_count >= 0),
      created_at ${text} NOT NULL,
      updated_at ${text} NOT NULL,
      deleted_at ${text},
      CONSTRAINT organizations_key PRIMARY KEY (tenant_id, id),
      CONSTRAINT organizations_slug_unique UNIQUE (tenant_id, slug),
      CONSTRAINT organizations_plan FOREIGN KEY (tenant_id, plan_tier) REFERENCES plans (tenant_id, key)
    ) ${ddl.table}`,
    // Deletion frees the name. The slug stays reserved until the purge.
    `CREATE UNIQUE INDEX organizations_name_unique ON organizations (tenant_id, name_key) WHERE status <> 'deleted'`,
    `CREATE UNIQUE INDEX organizations_external_id_unique ON organizations (tenant_id, external_id)
      WHERE external_id IS NOT NULL`,
    `CREATE INDEX organizations_by_plan ON organizations (tenant_id, plan_tier, id)`,
    `CREATE INDEX organizations_by_domain ON organizations (tenant_id, domain, id) WHERE domain IS NOT NULL`,
    // Active organizations are found by the key. The others are few and far apart there, so they have an index.
    `CREATE INDEX organizations_by_status ON organizations (tenant_id, status, id) WHERE status <> 'active'`,

    `CREATE TABLE roles (
      tenant_id ${text} NOT NULL CONSTRAINT roles_tenant REFERENCES tenants (id),
      scope ${text} NOT NULL,
      key ${text} NOT NULL,
      organization_id ${text},
      name ${text} NOT NULL,
      description ${text},
      rank ${integer} NOT NULL,
      permissions ${text} NOT NULL,
      is_default ${integer} NOT NULL CONSTRAINT roles_default_flag CHECK (is_default IN (0, 1)),
      revision ${integer} NOT NULL,
      created_at ${text} NOT NULL,
      updated_at ${text} NOT NULL,
      CONSTRAINT roles_key PRIMARY KEY (tenant_id, scope, key),
      CONSTRAINT roles_scope_agrees CHECK (scope = coalesce(organization_id, 'tenant')),
      CONSTRAINT roles_organization FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)
    ) ${ddl.table}`,
    `CREATE INDEX roles_by_organization ON roles (tenant_id, organization_id) WHERE organization_id IS NOT NULL`,
    `CREATE INDEX roles_by_key ON roles (tenant_id, key)`,

    `CREATE TABLE memberships (
      tenant_id ${text} NOT NULL,
      organization_id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      id ${text} NOT NULL,
      role ${text} NOT NULL,
      roles ${text} NOT NULL,
      status ${text} NOT NULL
        CONSTRAINT memberships_status_known CHECK (status IN ('invited', 'active', 'suspended')),
      invited_by_user_id ${text},
      joined_at ${text},
      last_active_at ${text},
      metadata ${text} NOT NULL,
      revision ${integer} NOT NULL,
      created_at ${text} NOT NULL,
      updated_at ${text} NOT NULL,
      CONSTRAINT memberships_key PRIMARY KEY (tenant_id, organization_id, user_id),
      CONSTRAINT memberships_organization FOREIGN KEY (tenant_id, organization_id)
        REFERENCES organizations (tenant_id, id),
      CONSTRAINT memberships_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
      CONSTRAINT memberships_inviter FOREIGN KEY (tenant_id, invited_by_user_id) REFERENCES users (tenant_id, id)
    ) ${ddl.keyedTable}`,
    `CREATE INDEX memberships_by_user ON memberships (tenant_id, user_id, organization_id)`,
    `CREATE INDEX memberships_by_inviter ON memberships (tenant_id, invited_by_user_id)
      WHERE invited_by_user_id IS NOT NULL`,

    `CREATE TABLE membership_roles (
      tenant_id ${text} NOT NULL,
      organization_id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      role_scope ${text} NOT NULL,
      role_key ${text} NOT NULL,
      CONSTRAINT membership_roles_key PRIMARY KEY (tenant_id, organization_id, user_id, role_scope, role_key),
      CONSTRAINT membership_roles_own_scope CHECK (role_scope = 'tenant' OR role_scope = organization_id),
      CONSTRAINT membership_roles_membership FOREIGN KEY (tenant_id, organization_id, user_id)
        REFERENCES memberships (tenant_id, organization_id, user_id) ON DELETE CASCADE,
      CONSTRAINT membership_roles_role FOREIGN KEY (tenant_id, role_scope, role_key)
        REFERENCES roles (tenant_id, scope, key)
    ) ${ddl.keyedTable}`,
    `CREATE INDEX membership_roles_by_role
      ON membership_roles (tenant_id, role_scope, role_key, organization_id, user_id)`,
  ];
}
