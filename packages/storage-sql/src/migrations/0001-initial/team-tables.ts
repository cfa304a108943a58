import type { SqlDialect } from "../../dialect.ts";

/** Teams in organizations, and the resources that applications register. */
export function teamTables({ ddl }: SqlDialect): readonly string[] {
  const { text, integer } = ddl;
  return [
    `CREATE TABLE teams (
      tenant_id ${text} NOT NULL,
      organization_id ${text} NOT NULL,
      id ${text} NOT NULL,
      parent_team_id ${text},
      depth ${integer} NOT NULL CONSTRAINT teams_depth_positive CHECK (depth >= 1),
      name ${text} NOT NULL,
      name_key ${text} NOT NULL,
      description ${text},
      roles ${text} NOT NULL,
      metadata ${text} NOT NULL,
      revision ${integer} NOT NULL,
      created_at ${text} NOT NULL,
      updated_at ${text} NOT NULL,
      CONSTRAINT teams_key PRIMARY KEY (tenant_id, organization_id, id),
      CONSTRAINT teams_name_unique UNIQUE (tenant_id, organization_id, name_key),
      CONSTRAINT teams_not_inside_itself CHECK (parent_team_id <> id),
      CONSTRAINT teams_organization FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
      CONSTRAINT teams_parent FOREIGN KEY (tenant_id, organization_id, parent_team_id)
        REFERENCES teams (tenant_id, organization_id, id)
    ) ${ddl.table}`,
    `CREATE INDEX teams_by_parent ON teams (tenant_id, organization_id, parent_team_id, id)`,

    `CREATE TABLE team_roles (
      tenant_id ${text} NOT NULL,
      organization_id ${text} NOT NULL,
      team_id ${text} NOT NULL,
      role_scope ${text} NOT NULL,
      role_key ${text} NOT NULL,
      CONSTRAINT team_roles_key PRIMARY KEY (tenant_id, organization_id, team_id, role_scope, role_key),
      CONSTRAINT team_roles_own_scope CHECK (role_scope = 'tenant' OR role_scope = organization_id),
      CONSTRAINT team_roles_team FOREIGN KEY (tenant_id, organization_id, team_id)
        REFERENCES teams (tenant_id, organization_id, id) ON DELETE CASCADE,
      CONSTRAINT team_roles_role FOREIGN KEY (tenant_id, role_scope, role_key)
        REFERENCES roles (tenant_id, scope, key)
    ) ${ddl.keyedTable}`,
    `CREATE INDEX team_roles_by_role ON team_roles (tenant_id, role_scope, role_key)`,

    `CREATE TABLE team_members (
      tenant_id ${text} NOT NULL,
      organization_id ${text} NOT NULL,
      team_id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      role ${text} NOT NULL CONSTRAINT team_members_role_known CHECK (role IN ('maintainer', 'member')),
      metadata ${text} NOT NULL,
      revision ${integer} NOT NULL,
      created_at ${text} NOT NULL,
      updated_at ${text} NOT NULL,
      CONSTRAINT team_members_key PRIMARY KEY (tenant_id, organization_id, team_id, user_id),
      CONSTRAINT team_members_team FOREIGN KEY (tenant_id, organization_id, team_id)
        REFERENCES teams (tenant_id, organization_id, id) ON DELETE CASCADE,
      CONSTRAINT team_members_membership FOREIGN KEY (tenant_id, organization_id, user_id)
        REFERENCES memberships (tenant_id, organization_id, user_id) ON DELETE CASCADE
    ) ${ddl.keyedTable}`,
    `CREATE INDEX team_members_by_user ON team_members (tenant_id, organization_id, user_id, team_id)`,

    `CREATE TABLE resources (
      tenant_id ${text} NOT NULL,
      organization_id ${text} NOT NULL,
      type ${text} NOT NULL,
      external_id ${text} NOT NULL,
      name ${text},
      revision ${integer} NOT NULL,
      created_at ${text} NOT NULL,
      CONSTRAINT resources_key PRIMARY KEY (tenant_id, organization_id, type, external_id),
      CONSTRAINT resources_organization FOREIGN KEY (tenant_id, organization_id)
        REFERENCES organizations (tenant_id, id)
    ) ${ddl.keyedTable}`,
    // Maintained with each write, so that statistics cost the same at any size.
    `CREATE TABLE resource_counts (
      tenant_id ${text} NOT NULL,
      organization_id ${text} NOT NULL,
      type ${text} NOT NULL,
      count ${integer} NOT NULL CONSTRAINT resource_counts_not_negative CHECK (count >= 0),
      CONSTRAINT resource_counts_key PRIMARY KEY (tenant_id, organization_id, type),
      CONSTRAINT resource_counts_organization FOREIGN KEY (tenant_id, organization_id)
        REFERENCES organizations (tenant_id, id)
    ) ${ddl.keyedTable}`,
  ];
}
