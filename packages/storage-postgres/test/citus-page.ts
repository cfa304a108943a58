import { queryOnce } from "./database.ts";
import { tablesWithoutTenant } from "./schema-rules.ts";

/** `docs/citus.md`, from the catalogue of a database with the newest schema. */
export async function renderCitusPage(url: string): Promise<string> {
  const tables = await tablesInOrder(url);
  const lines = tables.map((table) => `SELECT create_distributed_table('${table}', 'tenant_id');`);
  return `# Sharding by tenant with Citus

Every table of tenants has \`tenant_id\` first in its primary, unique and foreign keys and in its indexes, so that the schema can be distributed as it
is. This script is made from the catalogue (\`npm run generate\`) and run once, by the owner, on the coordinator of a database that Tenantry has
made. A table comes after those that its foreign keys refer to.

\`\`\`sql
SELECT create_reference_table('tenants');
${lines.join("\n")}
\`\`\`

Where tenants live, the keys of the installation and the ledger of migrations stay on the coordinator. What to know before:

- It has been held against the catalogue, not run on a cluster.
- Row-level security asks for a setting of the transaction, and Citus hands settings on to its workers for \`SET LOCAL\` alone and only with
  \`citus.propagate_set_commands = 'local'\`; Tenantry sets its own inside a statement. On a cluster take the policies off
  (\`ALTER TABLE … DISABLE ROW LEVEL SECURITY\`): each statement names its tenant and goes to the one shard that has it, and the keys still refuse rows of two tenants.
- Migrations go on as before: Citus hands their statements to the shards.
`;
}

/** Parents first. */
async function tablesInOrder(url: string): Promise<readonly string[]> {
  const rows = await queryOnce(
    url,
    `SELECT c.relname AS table, coalesce((
        SELECT json_agg(DISTINCT r.relname) FROM pg_constraint AS k JOIN pg_class AS r ON r.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND r.oid <> c.oid AND r.relname <> 'tenants'
      ), '[]') AS parents
      FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1`,
  );
  const parentsOf = new Map(
    rows.map(({ table, parents }) => [String(table), parents as readonly string[]]),
  );
  const ordered = new Set<string>();
  const add = (table: string) => {
    for (const parent of parentsOf.get(table) ?? []) if (!ordered.has(parent)) add(parent);
    ordered.add(table);
  };
  for (const table of parentsOf.keys()) if (!(table in tablesWithoutTenant)) add(table);
  return [...ordered];
}
