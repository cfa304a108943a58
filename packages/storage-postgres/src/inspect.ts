import { schemaState } from "@tenantry/storage-sql";
import type { Client } from "pg";
import { type AccessInspection, inspectAccess } from "./application-role.ts";
import {
  assertUsable,
  type ConnectionSettings,
  connectOnce,
  describeServer,
} from "./connection.ts";
import { readLedger } from "./migrate.ts";
import { toStorageError } from "./postgres-error.ts";
import {
  connectionSettings,
  ownerSettings,
  type PostgresStorageOptions,
} from "./postgres-storage.ts";
import { type ReplicaState, stateQuery } from "./replica.ts";
import { setTenant } from "./tenant-setting.ts";

/** The result of inspecting a PostgreSQL database. */
export interface PostgresInspection {
  readonly server: string;
  readonly version: string;
  /** Which role is used, and whether row-level security binds it (ADR 0012). */
  readonly access: AccessInspection;
  /** Whether its owner may create databases, which tenants with a database of their own need. */
  readonly may_create_databases: boolean;
  readonly owner: string;
  readonly replicas: readonly ReplicaInspection[];
  /** Organizations whose stored counts differ from their memberships. */
  readonly count_faults: readonly string[];
  readonly migrations_applied: readonly string[];
  readonly migrations_pending: readonly string[];
  readonly organizations: number;
  readonly users: number;
}

/** A standby from the settings. */
export interface ReplicaInspection {
  readonly server: string;
  /** How much of the primary's log it has not replayed yet; null where unknown. */
  readonly bytes_behind: number | null;
  readonly fault: string | null;
}

/**
 * Inspects a database without changing it: nothing is migrated and no role is created.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_newer`, `storage_busy` where it cannot be inspected at all.
 */
export async function inspectPostgresDatabase(
  options: PostgresStorageOptions,
): Promise<PostgresInspection> {
  const server = describeServer(options.url);
  try {
    return await connectOnce(ownerSettings(options), async (client) => {
      await assertUsable(client, server);
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const { applied, pending } = schemaState(await readLedger(client));
      const { settings, ...access } = await inspectAccess(
        client,
        connectionSettings(options),
        server,
      );
      const about = await readServer(client);
      return {
        server,
        ...about,
        access,
        migrations_applied: applied,
        migrations_pending: pending,
        ...(applied.length === 0 ? nothing : await countTenants(client)),
        replicas: await inspectReplicas(client, settings, options.replicaUrls ?? []),
      };
    });
  } catch (error) {
    throw toStorageError(error, server);
  }
}

const nothing = { organizations: 0, users: 0, count_faults: [] };
const mostFaults = 20;

async function readServer(client: Client) {
  const { rows } = await client.query<{
    version: string;
    owner: string;
    may_create_databases: boolean;
  }>(
    `SELECT current_setting('server_version') AS version, current_user AS owner,
        rolsuper OR rolcreatedb AS may_create_databases
      FROM pg_roles WHERE rolname = current_user`,
  );
  return rows[0] as (typeof rows)[number];
}

/** One tenant at a time, because row-level security also binds an owner who is not a superuser. */
async function countTenants(client: Client) {
  let organizations = 0;
  let users = 0;
  const faults: string[] = [];
  await client.query(setTenant(null));
  const { rows } = await client.query<{ id: string }>("SELECT id FROM tenants ORDER BY id");
  for (const { id } of rows) {
    await client.query(setTenant(id));
    const counted = await client.query<{ organizations: number; users: number }>(countQuery, [id]);
    organizations += counted.rows[0]?.organizations ?? 0;
    users += counted.rows[0]?.users ?? 0;
    if (faults.length >= mostFaults) continue;
    const found = await client.query<{ fault: string }>(faultQuery, [id]);
    faults.push(...found.rows.map(({ fault }) => fault));
  }
  return { organizations, users, count_faults: faults.slice(0, mostFaults) };
}

const countQuery = `SELECT (SELECT count(*) FROM organizations WHERE tenant_id = $1) AS organizations,
  (SELECT count(*) FROM users WHERE tenant_id = $1) AS users`;

/** Compares the stored counts with the rows that they count. */
const faultQuery = `SELECT format('%s counts %s seats and %s members, and has %s and %s',
    o.slug, o.seat_count, o.member_count, coalesce(m.seats, 0), coalesce(m.members, 0)) AS fault
  FROM organizations AS o LEFT JOIN (
    SELECT organization_id, count(*) AS seats, count(*) FILTER (WHERE status = 'active') AS members
    FROM memberships WHERE tenant_id = $1 GROUP BY organization_id
  ) AS m ON m.organization_id = o.id
  WHERE o.tenant_id = $1
    AND (o.seat_count, o.member_count) IS DISTINCT FROM (coalesce(m.seats, 0), coalesce(m.members, 0))
  ORDER BY o.slug LIMIT ${mostFaults}`;

async function inspectReplicas(
  primary: Client,
  settings: ConnectionSettings,
  urls: readonly string[],
): Promise<readonly ReplicaInspection[]> {
  if (urls.length === 0) return [];
  const { rows } = await primary.query<{ system: string; position: number }>(
    `SELECT system_identifier::text AS system, (pg_current_wal_lsn() - '0/0'::pg_lsn)::int8 AS position
      FROM pg_control_system()`,
  );
  const [own] = rows;
  return await Promise.all(
    urls.map(async (url) => {
      const server = describeServer(url);
      try {
        const found = await connectOnce({ ...settings, url }, (client) =>
          client.query<ReplicaState>(stateQuery),
        );
        const [state] = found.rows;
        const isOurs = state?.standby === true && state.system === own?.system;
        if (!isOurs || own === undefined) return { server, bytes_behind: null, fault: noStandby };
        return { server, bytes_behind: Math.max(0, own.position - state.replayed), fault: null };
      } catch (error) {
        const known = toStorageError(error, server);
        const fault = known instanceof Error ? known.message : String(known);
        return { server, bytes_behind: null, fault };
      }
    }),
  );
}

const noStandby =
  "it is no standby of the database; name only its standbys in DATABASE_REPLICA_URLS";
