import type { Client } from "pg";

/** Tables whose rows are the installation's, each with the reason. */
export const tablesWithoutTenant: Readonly<Record<string, string>> = {
  tenants: "it is the tenants",
  placements: "they say where a tenant lives",
  tenant_moves: "they say which tenants move, and where to",
  registered_organizations: "they lead from a name to its tenant",
  tenant_purges: "they say which tenants are gone",
  signing_keys: "they sign for the installation",
  operator_keys: "the operator acts in every tenant",
  tenantry_migrations: "the ledger",
  tenantry_migrations_lock: "the ledger",
};

/** What holds for every table of tenants. Each query finds what breaks its rule. */
const rules: Readonly<Record<string, string>> = {
  "has no tenant_id that is never absent": `
    SELECT c.relname AS fault FROM own_tables AS c WHERE NOT EXISTS (
      SELECT 1 FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)`,
  "has no primary or unique key": `
    SELECT c.relname AS fault FROM own_tables AS c WHERE NOT EXISTS (
      SELECT 1 FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u'))`,
  "is an index that begins with another column": `
    SELECT i.indexrelid::regclass::text AS fault FROM own_tables AS c JOIN pg_index AS i ON i.indrelid = c.oid
    LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE a.attname IS DISTINCT FROM 'tenant_id'`,
  "is a foreign key that does not carry the tenant": `
    SELECT k.conname AS fault FROM own_tables AS c JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'f'
    JOIN pg_attribute AS f ON f.attrelid = k.conrelid AND f.attnum = k.conkey[1]
    JOIN pg_attribute AS t ON t.attrelid = k.confrelid AND t.attnum = k.confkey[1]
    WHERE f.attname <> 'tenant_id' OR t.attname <> CASE WHEN k.confrelid = 'tenants'::regclass THEN 'id' ELSE 'tenant_id' END`,
  "is a view, which would see with its owner's eyes": `
    SELECT relname AS fault FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')`,
  "is a function, which could work with its owner's rights": `
    SELECT proname AS fault FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef`,
  "has no row-level security, enabled and forced": `
    SELECT relname AS fault FROM own_tables WHERE NOT (relrowsecurity AND relforcerowsecurity)`,
  "has not one policy for reading and writing its tenant's rows": `
    SELECT c.relname AS fault FROM own_tables AS c WHERE (
      SELECT array_agg((p.cmd, p.permissive, p.roles, p.qual, p.with_check)::text) FROM pg_policies AS p WHERE p.tablename = c.relname
    ) IS DISTINCT FROM (SELECT array_agg(('ALL'::text, 'PERMISSIVE'::text, '{public}'::name[], q, q)::text)
      FROM (VALUES ('(tenant_id = current_setting(''tenantry.tenant_id''::text, true))')) AS wanted (q))`,
  "compares text by a locale": `
    SELECT c.relname || '.' || a.attname AS fault FROM own_tables AS c
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND a.atttypid = 'text'::regtype
    WHERE a.attcollation <> '"C"'::regcollation`,
};

/** What breaks a rule, and which, in the order of the rules. */
export async function schemaFaults(client: Client): Promise<readonly string[]> {
  const exceptions = Object.keys(tablesWithoutTenant).map((name) => `'${name}'`);
  const ownTables = `WITH own_tables AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind IN ('r', 'p') AND relname NOT IN (${exceptions.join(", ")}))`;
  const faults: string[] = [];
  for (const [rule, query] of Object.entries(rules)) {
    const { rows } = await client.query(`${ownTables} ${query} ORDER BY 1`);
    faults.push(...rows.map(({ fault }) => `${String(fault)} ${rule}`));
  }
  return faults;
}
