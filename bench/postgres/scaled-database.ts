import { defaultTenantSlug } from "@tenantry/core";
import { openTenantry, type Tenantry } from "tenantry";
import { connectOnce } from "../../packages/storage-postgres/src/connection.ts";
import { connectionSettings } from "../../packages/storage-postgres/src/postgres-storage.ts";
import { startPostgres } from "../../scripts/tests/postgres-server.ts";
import type { Bench } from "../harness/bench.ts";

/** The size of a database. Every user is in ten organizations, and all organizations have the same number of members. */
export type Scale = { organizations: number; memberships: number };

/** A database of that size, opened with Tenantry's storage. */
export type ScaledDatabase = {
  tenantry: Tenantry;
  scale: Scale;
  organizationId(index: number): string;
  userId(index: number): string;
  /** The user who is the `nth` member of the organization. */
  memberOf(organization: number, nth: number): number;
  close(): Promise<void>;
};

const organizationsOfUser = 10;

export function openScaledDatabase(bench: Bench, scale: Scale): Promise<ScaledDatabase> {
  return bench.share(`a database of ${scale.organizations} organizations`, async () => {
    const server = await openServer(bench);
    const database = `scaled_${scale.organizations}`;
    await ask(server.url, `CREATE DATABASE ${database}`);
    const url = server.url.replace(/\/[^/]*$/, `/${database}`);
    const tenantry = await openTenantry({ databaseUrl: url });
    for (const statement of fill(scale)) await ask(url, statement);
    return {
      tenantry,
      scale,
      organizationId: (index) => idOf("org", index),
      userId: (index) => idOf("user", index),
      memberOf: (organization, nth) => (organization + nth * stride(scale)) % userCount(scale),
      close: () => tenantry.close(),
    };
  });
}

/** The server for all sizes. Its data does not have to survive a crash of the machine. */
function openServer(bench: Bench) {
  return bench.share("server of the scaled databases", async () => {
    const server = await startPostgres(["shared_buffers=6GB", "max_wal_size=8GB"]);
    return { url: server.url, close: server.remove };
  });
}

function ask(url: string, statement: string): Promise<unknown> {
  const settings = connectionSettings({ url, statementTimeoutMs: 3_600_000 });
  return connectOnce(settings, (client) => client.query(statement));
}

const idLength = 26;
const idOf = (prefix: string, index: number) =>
  `${prefix}_${String(index).padStart(idLength, "0")}`;
const userCount = ({ memberships }: Scale) => memberships / organizationsOfUser;
/** The distance between an organization's members among the users, so that their rows are not next to each other. */
const stride = ({ organizations }: Scale) => organizations / organizationsOfUser;

/** Writes the rows in the server itself and without checking foreign keys, which would take hours. */
function fill(scale: Scale): string[] {
  const { organizations, memberships } = scale;
  const sqlId = (prefix: string, index: string) =>
    `'${prefix}_' || lpad((${index})::text, ${idLength}, '0')`;
  const tenant = `(SELECT id FROM tenants WHERE slug = '${defaultTenantSlug}')`;
  const time = "'2026-01-01T00:00:00.000Z'";
  const perOrganization = memberships / organizations;
  const each = `generate_series(0, ${organizations - 1}) AS o, generate_series(0, ${perOrganization - 1}) AS n`;
  const member = sqlId("user", `(o + n * ${stride(scale)}) % ${userCount(scale)}`);
  const role = "CASE WHEN n = 0 THEN 'owner' ELSE 'member' END";
  const unguarded = "SET session_replication_role = replica;";
  return [
    `${unguarded} INSERT INTO users (tenant_id, id, email, email_verified, name, status, metadata, private_metadata, client_metadata,
        search_key, revision, created_at, updated_at)
      SELECT ${tenant}, ${sqlId("user", "u")}, 'robin.' || u || '@example.com', 1, 'Robin Example ' || u, 'active', '{}', '{}', '{}',
        'robin example ' || u, 1, ${time}, ${time} FROM generate_series(0, ${userCount(scale) - 1}) AS u`,
    `${unguarded} INSERT INTO organizations (tenant_id, id, name, name_key, slug, plan_tier, status, metadata, private_metadata,
        client_metadata, revision, row_revision, seat_count, member_count, created_at, updated_at)
      SELECT ${tenant}, ${sqlId("org", "o")}, 'Company ' || o, 'company ' || o, 'company-' || o,
        (SELECT key FROM plans WHERE is_default = 1), 'active', '{}', '{}', '{}', 1, 1, ${perOrganization}, ${perOrganization},
        ${time}, ${time} FROM generate_series(0, ${organizations - 1}) AS o`,
    `${unguarded} INSERT INTO memberships (tenant_id, organization_id, user_id, id, role, roles, status, joined_at, metadata, revision,
        created_at, updated_at)
      SELECT ${tenant}, ${sqlId("org", "o")}, ${member}, ${sqlId("mem", `o::bigint * ${perOrganization} + n`)}, ${role},
        '["' || ${role} || '"]', 'active', ${time}, '{}', 1, ${time}, ${time} FROM ${each}`,
    `${unguarded} INSERT INTO membership_roles (tenant_id, organization_id, user_id, role_scope, role_key)
      SELECT ${tenant}, ${sqlId("org", "o")}, ${member}, 'tenant', ${role} FROM ${each}`,
    "VACUUM ANALYZE",
  ];
}
