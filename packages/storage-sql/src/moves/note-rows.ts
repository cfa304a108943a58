/** A table whose changed rows of one tenant are noted. Names are ours; `tenant` is a literal. */
export interface WatchedTable {
  readonly table: string;
  readonly tenantColumn: string;
  readonly key: readonly string[];
  readonly tenant: string;
  readonly trigger: string;
}

const writes = ["INSERT", "UPDATE", "DELETE"] as const;

/** On SQLite the triggers write the note themselves. */
export function sqliteNoteRows({ table, tenantColumn, key, tenant, trigger }: WatchedTable) {
  const versions = { INSERT: ["NEW"], UPDATE: ["OLD", "NEW"], DELETE: ["OLD"] } as const;
  return {
    begin: writes.map((on) => {
      const notes = versions[on].map((version) => {
        const columns = key.map((column) => `${version}."${column}"`).join(", ");
        return `INSERT INTO changed_rows (tenant_id, table_name, row_key)
          SELECT ${tenant}, '${table}', json_array(${columns}) WHERE ${version}."${tenantColumn}" = ${tenant};`;
      });
      return `CREATE TRIGGER IF NOT EXISTS ${trigger}_${on} AFTER ${on} ON "${table}" BEGIN ${notes.join(" ")} END`;
    }),
    end: writes.map((on) => `DROP TRIGGER IF EXISTS ${trigger}_${on}`),
  };
}

/** Its arguments are the column with the row's tenant, and the columns of its key. */
export const postgresNoteChange = `
  CREATE FUNCTION tenantry_note_change() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    changed jsonb;
  BEGIN
    -- The installation itself writes of a tenant only what says where it lives.
    IF TG_TABLE_NAME = 'tenants' AND coalesce(current_setting('tenantry.tenant_id', true), '') = '' THEN
      RETURN NULL;
    END IF;
    FOREACH changed IN ARRAY CASE TG_OP
      WHEN 'INSERT' THEN ARRAY[to_jsonb(NEW)]
      WHEN 'DELETE' THEN ARRAY[to_jsonb(OLD)]
      ELSE ARRAY[to_jsonb(OLD), to_jsonb(NEW)]
    END LOOP
      INSERT INTO changed_rows (tenant_id, table_name, row_key)
      SELECT changed ->> TG_ARGV[0], TG_TABLE_NAME,
        coalesce((SELECT jsonb_agg(changed -> asked.name ORDER BY asked.place)
          FROM unnest(TG_ARGV[1:]) WITH ORDINALITY AS asked (name, place)), '[]')::text;
    END LOOP;
    RETURN NULL;
  END
  $body$`;

/** On PostgreSQL the triggers call a function that writes the note. */
export function postgresNoteRows({ table, tenantColumn, key, tenant, trigger }: WatchedTable) {
  const args = [tenantColumn, ...key].map((column) => `'${column}'`).join(", ");
  const versions = { INSERT: "NEW", UPDATE: "NEW", DELETE: "OLD" } as const;
  const drop = (on: string) => `DROP TRIGGER IF EXISTS ${trigger}_${on} ON ${table}`;
  return {
    begin: writes.flatMap((on) => [
      drop(on),
      `CREATE TRIGGER ${trigger}_${on} AFTER ${on} ON ${table} FOR EACH ROW
        WHEN (${versions[on]}."${tenantColumn}" = ${tenant}) EXECUTE FUNCTION tenantry_note_change(${args})`,
    ]),
    end: writes.map(drop),
  };
}
