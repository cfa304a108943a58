import type { DatabaseSync } from "node:sqlite";
import { type Key, quote, type Table } from "./tables.ts";

/** A row that was written or removed since the last call of `take`. */
export interface DirtyRow {
  readonly table: string;
  readonly key: Key;
}

/**
 * Records which rows a transaction has changed, by any query and including cascades: triggers note their keys. A rollback
 * also removes the notes.
 */
export interface DirtyRows {
  /** The rows changed since the last call, each once. */
  take(): readonly DirtyRow[];
  /** Begins to record. Until then nothing is noted, so that loading the files is fast. */
  turnOn(): void;
  turnOff(): void;
}

export function watchRows(db: DatabaseSync, tables: readonly Table[]): DirtyRows {
  db.exec("CREATE TEMP TABLE dirty (tbl TEXT NOT NULL, key TEXT NOT NULL) STRICT");
  const read = db.prepare("SELECT DISTINCT tbl, key FROM temp.dirty");
  const forget = db.prepare("DELETE FROM temp.dirty");
  const triggers = tables.flatMap(triggersOf);

  let isOn = false;

  function turnOn(): void {
    isOn = true;
    for (const { name, on, table, noted } of triggers) {
      db.exec(`CREATE TEMP TRIGGER ${name} AFTER ${on} ON main.${quote(table)} BEGIN ${noted} END`);
    }
  }

  return {
    turnOn,
    turnOff() {
      if (!isOn) return;
      isOn = false;
      for (const { name } of triggers) db.exec(`DROP TRIGGER temp.${name}`);
    },
    take() {
      const rows = read.all() as { tbl: string; key: string }[];
      if (rows.length > 0) forget.run();
      return rows.map(({ tbl, key }) => ({ table: tbl, key: JSON.parse(key) as Key }));
    },
  };
}

function triggersOf(table: Table) {
  const note = (version: "OLD" | "NEW") => {
    const key = table.key.map((column) => `${version}.${quote(column)}`).join(", ");
    return `INSERT INTO dirty VALUES ('${table.name}', json_array(${key}));`;
  };
  const keyColumns = table.key.map(quote).join(", ");
  const trigger = (kind: string, on: string, noted: string) => ({
    name: `dirty_${table.name}_${kind}`,
    on,
    table: table.name,
    noted,
  });
  return [
    trigger("insert", "INSERT", note("NEW")),
    trigger("update", "UPDATE", note("NEW")),
    trigger("move", `UPDATE OF ${keyColumns}`, note("OLD")),
    trigger("delete", "DELETE", note("OLD")),
  ];
}
