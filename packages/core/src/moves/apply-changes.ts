import type { CopiedTable } from "../copies/copies.store.ts";
import type { Ports, Storage } from "../store.ts";
import type { NotedChange, RowKey, StorageMoves } from "./moves.store.ts";

const atOnce = 500;

/** The storage that a tenant moves to. */
export interface Destination {
  readonly moves: StorageMoves;
}

/**
 * Brings the changes noted at the source to the destination, as the rows are in one snapshot of the source.
 *
 * Rows refer to each other and have unique values, and only the final state of each changed row is known, not the
 * order of changes. So all changed rows first give up their unique values, then are written parents first, and
 * finally removed rows are removed children first.
 *
 * @param compare Called when the destination equals the source at that moment.
 * @returns how many rows had changed.
 */
export async function applyChanges(
  source: Storage & { readonly moves: StorageMoves },
  target: Destination,
  tenantId: string,
  compare: (ports: Ports) => Promise<void> = async () => {},
): Promise<number> {
  const done = await source.snapshot(tenantId, async (ports) => {
    const changes = await readChanges(ports, tenantId);
    const keys = Map.groupBy(changes, ({ table_name }) => table_name);
    const tables = ports.copies.tables(tenantId).flatMap((table) => {
      const noted = keys.get(table.name);
      return noted === undefined
        ? []
        : [{ ...table, keys: [...new Set(noted.map(({ row_key }) => row_key))] }];
    });
    await writeChanged(ports, target, tenantId, tables);
    await compare(ports);
    return {
      positions: changes.map(({ position }) => position),
      rows: tables.reduce((sum, table) => sum + table.keys.length, 0),
    };
  });
  for (const positions of inParts(done.positions)) {
    await source.moves.write(tenantId, ({ moves }) => moves.forgetChanges(tenantId, positions));
  }
  return done.rows;
}

async function readChanges(ports: Ports, tenantId: string): Promise<readonly NotedChange[]> {
  const changes: NotedChange[] = [];
  for (;;) {
    const last = changes.at(-1)?.position ?? 0;
    const page = await ports.moves.changes(tenantId, last, atOnce);
    changes.push(...page);
    if (page.length < atOnce) return changes;
  }
}

/** A table with the keys of its changed rows. */
interface ChangedTable extends CopiedTable {
  readonly keys: readonly RowKey[];
}

async function writeChanged(
  ports: Ports,
  target: Destination,
  tenantId: string,
  tables: readonly ChangedTable[],
): Promise<void> {
  const ofTenant = tables.filter(({ name }) => name !== ownTable);
  for (const { name, keys } of ofTenant) {
    for (const part of inParts(keys)) {
      await target.moves.write(tenantId, ({ moves }) => moves.park(tenantId, name, part));
    }
  }
  const gone = new Map<string, readonly RowKey[]>();
  for (const table of tables) gone.set(table.name, await put(ports, target, tenantId, table));
  for (const { name } of ofTenant.toReversed()) {
    for (const part of inParts(gone.get(name) ?? [])) {
      await target.moves.write(tenantId, ({ moves }) => moves.remove(tenantId, name, part));
    }
  }
}

/** The table of the tenant's own row, which has no key besides the tenant and is never removed here. */
const ownTable = "tenants";

/** @returns the keys of rows that no longer exist. */
async function put(
  ports: Ports,
  target: Destination,
  tenantId: string,
  { name, keys, refersToItself }: ChangedTable,
): Promise<readonly RowKey[]> {
  if (name === ownTable) {
    const rows = await ports.copies.page(tenantId, name, null, 1);
    await target.moves.write(tenantId, ({ copies }) => copies.put(tenantId, name, rows));
    return [];
  }
  const gone: RowKey[] = [];
  for (const how of refersToItself ? (["unlinked", "whole"] as const) : (["whole"] as const)) {
    for (const part of inParts(keys)) {
      const found = await ports.moves.rows(tenantId, name, part);
      const there = new Set(found.map(({ row_key }) => row_key));
      const rows = found.map(({ row_key: _, ...row }) => row);
      if (how === "whole") gone.push(...part.filter((key) => !there.has(key)));
      await target.moves.write(tenantId, ({ copies }) =>
        how === "whole"
          ? copies.put(tenantId, name, rows)
          : copies.putUnlinked(tenantId, name, rows),
      );
    }
  }
  return gone;
}

function inParts<T>(items: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    parts.push(items.slice(start, start + atOnce));
  }
  return parts;
}
