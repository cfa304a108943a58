import type { Storage } from "@tenantry/core";
import { expect } from "vitest";
import { moment } from "./records.ts";

const times = `'${moment}', '${moment}'`;

/**
 * Statements that fill a tenant `t` in the schema as it was before migration 0010: `ann` administers the tenant, `bob`
 * is in a team, and `cid` is neither.
 */
export const rowsBeforeAccessInOneRead: readonly string[] = [
  `INSERT INTO tenants (id, slug, short_id, name, status, placement, revision, created_at, updated_at)
    VALUES ('t', 't', 't', 'T', 'active', 'shared', 1, ${times})`,
  `INSERT INTO plans (tenant_id, key, name, entitlements, is_default, revision, created_at, updated_at)
    VALUES ('t', 'free', 'Free', '{}', 1, 1, ${times})`,
  `INSERT INTO organizations (tenant_id, id, name, name_key, slug, plan_tier, status, metadata, private_metadata,
      client_metadata, revision, row_revision, seat_count, member_count, created_at, updated_at)
    VALUES ('t', 'org', 'Org', 'org', 'org', 'free', 'active', '{}', '{}', '{}', 1, 1, 3, 3, ${times})`,
  ...["member", "developer"].map(
    (
      key,
    ) => `INSERT INTO roles (tenant_id, scope, key, name, rank, permissions, is_default, revision, created_at, updated_at)
      VALUES ('t', 'tenant', '${key}', '${key}', ${key.length}, '[]', 0, 1, ${times})`,
  ),
  ...["ann", "bob", "cid"].flatMap((id) => [
    `INSERT INTO users (tenant_id, id, email_verified, status, metadata, private_metadata, client_metadata, search_key,
        revision, created_at, updated_at)
      VALUES ('t', '${id}', 0, 'active', '{}', '{}', '{}', '', 1, ${times})`,
    `INSERT INTO memberships (tenant_id, organization_id, user_id, id, role, roles, status, metadata, revision,
        created_at, updated_at)
      VALUES ('t', 'org', '${id}', 'mem-${id}', 'member', '["member"]', 'active', '{}', 1, ${times})`,
    `INSERT INTO membership_roles (tenant_id, organization_id, user_id, role_scope, role_key)
      VALUES ('t', 'org', '${id}', 'tenant', 'member')`,
  ]),
  `INSERT INTO tenant_user_roles (tenant_id, user_id, role, created_at)
    VALUES ('t', 'ann', 'administrator', '${moment}')`,
  `INSERT INTO teams (tenant_id, organization_id, id, depth, name, name_key, roles, metadata, revision, created_at, updated_at)
    VALUES ('t', 'org', 'crew', 1, 'Crew', 'crew', '["developer"]', '{}', 1, ${times})`,
  `INSERT INTO team_roles (tenant_id, organization_id, team_id, role_scope, role_key)
    VALUES ('t', 'org', 'crew', 'tenant', 'developer')`,
  `INSERT INTO team_members (tenant_id, organization_id, team_id, user_id, role, metadata, revision, created_at, updated_at)
    VALUES ('t', 'org', 'crew', 'bob', 'member', '{}', 1, ${times})`,
];

/** Fails unless the three have the access that they had before. */
export async function expectSameAccess({ committed: { access } }: Storage): Promise<void> {
  const found = await Promise.all(
    ["ann", "bob", "cid"].map((userId) => access.findAccess("t", "org", userId)),
  );
  expect(found.map((one) => one?.is_tenant_administrator)).toEqual([true, false, false]);
  expect(found.map((one) => one?.roles.map(({ key }) => key))).toEqual([
    ["member"],
    ["developer", "member"],
    ["member"],
  ]);
}
