/** What somebody could try who gets a statement of their own into a transaction of another tenant. */

export interface HostileKind {
  readonly name: string;
  /** The statements, one after another, over one table. What they show or change of `theirs` is a leak. */
  readonly steps: (table: string, tenants: Tenants) => readonly string[];
}

export interface Tenants {
  /** The tenant whose transaction it is. */
  readonly ours: string;
  /** The tenant whose rows nobody may see. */
  readonly theirs: string;
}

type Steps = HostileKind["steps"];

/** Statements that read, over each table. */
export const readingKinds: readonly HostileKind[] = named({
  "every row": (t) => [`SELECT to_jsonb(x) FROM ${t} AS x`],
  "rows by the other's id": (t, { theirs }) => [`SELECT * FROM ${t} WHERE tenant_id = '${theirs}'`],
  "a condition that is always true": (t, { ours }) => [
    `SELECT * FROM ${t} WHERE tenant_id = '${ours}' OR 1 = 1`,
  ],
  "rows whose tenant is not the one that is set": (t) => [
    `SELECT * FROM ${t} WHERE tenant_id <> current_setting('tenantry.tenant_id')`,
  ],
  "a join with the tenants": (t, { theirs }) => [
    `SELECT to_jsonb(x) FROM tenants AS n JOIN ${t} AS x ON x.tenant_id = n.id WHERE n.id = '${theirs}'`,
  ],
  "an outer join": (t) => [
    `SELECT to_jsonb(x) FROM ${t} AS x RIGHT JOIN tenants AS n ON x.tenant_id = n.id`,
  ],
  "a lateral join": (t) => [
    `SELECT to_jsonb(x) FROM tenants AS n, LATERAL (SELECT * FROM ${t} WHERE tenant_id = n.id) AS x`,
  ],
  "a common table expression": (t) => [
    `WITH x AS MATERIALIZED (SELECT * FROM ${t}) SELECT to_jsonb(x) FROM x`,
  ],
  "a subquery as a value": (t) => [
    `SELECT (SELECT string_agg(to_jsonb(x)::text, ',') FROM ${t} AS x)`,
  ],
  "a union": (t, { ours, theirs }) => [
    `SELECT tenant_id FROM ${t} WHERE tenant_id = '${ours}' UNION ALL SELECT tenant_id FROM ${t} WHERE tenant_id = '${theirs}'`,
  ],
  "an aggregate": (t, { theirs }) => [
    `SELECT max(tenant_id) FROM ${t} WHERE tenant_id = '${theirs}'`,
  ],
  "a window": (t) => [`SELECT tenant_id, count(*) OVER (PARTITION BY tenant_id) FROM ${t}`],
  "a sample": (t) => [`SELECT tenant_id FROM ${t} TABLESAMPLE SYSTEM (100)`],
  "rows to be locked": (t) => [`SELECT tenant_id FROM ${t} FOR UPDATE`],
  "a condition that fails at the other's rows": (t, { theirs }) => [
    `SELECT 1 FROM ${t} WHERE (CASE WHEN tenant_id = '${theirs}' THEN ('leak of ' || tenant_id)::int END) IS NULL`,
  ],
  "a cheap function that tells what it is given": (t) => [
    `CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
      $$ BEGIN RAISE NOTICE 'leak of %', $1; RETURN true; END $$`,
    `SELECT 1 FROM ${t} WHERE pg_temp.tell(tenant_id)`,
    "DROP FUNCTION pg_temp.tell(text)",
  ],
  "a view": (t) => [
    `CREATE TEMP VIEW seen AS SELECT * FROM ${t}`,
    "SELECT to_jsonb(seen) FROM seen",
    "DROP VIEW seen",
  ],
  "a function in SQL": (t) => [
    `CREATE FUNCTION pg_temp.rows() RETURNS SETOF ${t} LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM ${t}'`,
    "SELECT * FROM pg_temp.rows()",
    "DROP FUNCTION pg_temp.rows()",
  ],
  "a block that builds its statement": (t) => [
    `DO $$ DECLARE x record; BEGIN
      FOR x IN EXECUTE 'SELECT * FROM ${t}' LOOP RAISE NOTICE 'leak of %', x.tenant_id; END LOOP; END $$`,
  ],
  "a cursor": (t) => [
    `DECLARE c CURSOR FOR SELECT tenant_id FROM ${t}`,
    "FETCH ALL FROM c",
    "CLOSE c",
  ],
  "a copy to the client": (t) => [`COPY ${t} TO STDOUT`],
  "a copy of a query": (t) => [`COPY (SELECT * FROM ${t}) TO STDOUT`],
  "a table made of it": (t) => [
    `CREATE TEMP TABLE taken AS SELECT * FROM ${t}`,
    "SELECT * FROM taken",
    "DROP TABLE taken",
  ],
  "what the planner knows of it": (t) => [
    `SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = '${t}'`,
  ],
  "the table as XML": (t) => [`SELECT table_to_xml('${t}', true, false, '')`],
});

/** Statements that write, over each table. */
export const writingKinds: readonly HostileKind[] = named({
  "a change of the other's rows": (t, { theirs }) => [
    `UPDATE ${t} SET tenant_id = tenant_id WHERE tenant_id = '${theirs}' RETURNING *`,
  ],
  "a change by way of the tenants": (t, { theirs }) => [
    `UPDATE ${t} AS x SET tenant_id = n.id || '' FROM tenants AS n WHERE x.tenant_id = n.id AND n.id = '${theirs}' RETURNING x.*`,
  ],
  "taking the other's rows": (t, { ours, theirs }) => [
    `UPDATE ${t} SET tenant_id = '${ours}' WHERE tenant_id = '${theirs}'`,
  ],
  "giving the other one's own rows": (t, { ours, theirs }) => [
    `UPDATE ${t} SET tenant_id = '${theirs}' WHERE tenant_id = '${ours}'`,
  ],
  "a deletion": (t, { theirs }) => [
    `DELETE FROM ${t} WHERE tenant_id = '${theirs}' RETURNING tenant_id`,
  ],
  "a deletion by way of the tenants": (t, { theirs }) => [
    `DELETE FROM ${t} AS x USING tenants AS n WHERE x.tenant_id = n.id AND n.id = '${theirs}'`,
  ],
  "a deletion inside a query": (t, { theirs }) => [
    `WITH gone AS (DELETE FROM ${t} WHERE tenant_id = '${theirs}' RETURNING *) SELECT to_jsonb(gone) FROM gone`,
  ],
  "a row for the other": (t, { ours, theirs }) => [insertForeign(t, ours, theirs)],
  "an upsert into the other's row": (t, { ours, theirs }) => [
    `${insertForeign(t, ours, theirs)} ON CONFLICT DO NOTHING`,
  ],
  "a merge": (t, { theirs }) => [
    `MERGE INTO ${t} AS x USING tenants AS n ON x.tenant_id = n.id AND n.id = '${theirs}' WHEN MATCHED THEN DELETE`,
  ],
  "emptying the table": (t) => [`TRUNCATE ${t} CASCADE`],
  "taking the policies off": (t, { theirs }) => [
    `ALTER TABLE ${t} DISABLE ROW LEVEL SECURITY`,
    `SELECT * FROM ${t} WHERE tenant_id = '${theirs}'`,
  ],
  "a policy that lets everything through": (t) => [
    `CREATE POLICY everything ON ${t} USING (true)`,
    `SELECT * FROM ${t}`,
  ],
  "dropping the policy": (t) => [`DROP POLICY ${t}_of_tenant ON ${t}`, `SELECT * FROM ${t}`],
  "becoming the owner": (t) => [
    `ALTER TABLE ${t} OWNER TO CURRENT_USER`,
    `ALTER TABLE ${t} DISABLE ROW LEVEL SECURITY`,
    `SELECT * FROM ${t}`,
  ],
  "a trigger": (t) => [
    `CREATE TRIGGER listens AFTER UPDATE ON ${t} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
  ],
  "a rule": (t) => [`CREATE RULE instead AS ON INSERT TO ${t} DO INSTEAD NOTHING`],
  "dropping the table": (t) => [`DROP TABLE ${t} CASCADE`],
});

/** Ways out of the role, each followed by a look. */
export const escapes: readonly string[] = [
  "SET ROLE postgres",
  "SET ROLE NONE",
  "RESET ROLE",
  "SET SESSION AUTHORIZATION postgres",
  "SET SESSION AUTHORIZATION DEFAULT",
  "RESET SESSION AUTHORIZATION",
  "RESET ALL",
  "RESET tenantry.tenant_id",
  "SET LOCAL tenantry.tenant_id TO DEFAULT",
  "SET row_security = off",
  "SELECT set_config('row_security', 'off', false)",
  "SET session_replication_role = replica",
  "ALTER ROLE CURRENT_USER BYPASSRLS",
  "ALTER ROLE CURRENT_USER SUPERUSER",
  "ALTER ROLE CURRENT_USER SET row_security = off",
  "GRANT postgres TO CURRENT_USER",
  "CREATE ROLE tenantry_hostile BYPASSRLS",
  "UPDATE pg_class SET relrowsecurity = false",
  "DELETE FROM pg_policy",
  "ALTER SYSTEM SET row_security = off",
  "CREATE EXTENSION dblink",
  "CREATE EXTENSION file_fdw",
  "SELECT pg_read_file('PG_VERSION')",
  "COPY tenants FROM PROGRAM 'id'",
  "SELECT lo_import('/etc/hostname')",
  "DO $$ BEGIN EXECUTE 'SET ROLE postgres'; END $$",
  "SAVEPOINT s; SET LOCAL row_security = off; ROLLBACK TO s",
  "SET TRANSACTION READ WRITE",
];

function named(kinds: Readonly<Record<string, Steps>>): readonly HostileKind[] {
  return Object.entries(kinds).map(([name, steps]) => ({ name, steps }));
}

/** A row as one of our own, with the other's tenant: what makes it one is filled in by the server, whatever columns there are. */
function insertForeign(table: string, ours: string, theirs: string): string {
  return `INSERT INTO ${table} OVERRIDING USER VALUE SELECT made.* FROM
    (SELECT to_jsonb(x) AS old FROM ${table} AS x WHERE tenant_id = '${ours}' LIMIT 1) AS own,
    jsonb_populate_record(NULL::${table}, own.old || jsonb_build_object('tenant_id', '${theirs}')) AS made`;
}
