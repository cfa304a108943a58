import { createHash, type Hash } from "node:crypto";
import type { Ports, Storage } from "../store.ts";
import type { CopiedRow, CopiedTable } from "./copies.store.ts";

/** How many rows are read into memory at once, and written in one commit. */
const rowsAtOnce = 500;

/**
 * A summary of one table of a tenant, or with `null` of the installation. Equal rows give an equal checksum on every
 * storage.
 */
export interface TableContent {
  readonly tenant_id: string | null;
  readonly table: string;
  readonly rows: number;
  readonly checksum: string;
}

/** Called with the number of rows after every page. */
export type RowsDone = (rows: number) => void;

/** Every tenant's id, page after page. */
export async function listTenantIds(storage: Storage): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await storage.committed.copies.tenantIds(null, ids.at(-1) ?? null, rowsAtOnce);
    ids.push(...page);
    if (page.length < rowsAtOnce) return ids;
  }
}

/** How many rows a copy of the tenant has. */
export async function countRows(storage: Storage, tenantId: string | null): Promise<number> {
  const { copies } = storage.committed;
  let rows = 0;
  for (const { name } of copies.tables(tenantId)) rows += await copies.count(tenantId, name);
  return rows;
}

/** Reads a table completely, page by page. */
export async function readRows(
  ports: Ports,
  tenantId: string | null,
  table: string,
  take: (rows: readonly CopiedRow[]) => Promise<void> | void,
): Promise<void> {
  for (let last: CopiedRow | null = null; ; ) {
    const rows: readonly CopiedRow[] = await ports.copies.page(tenantId, table, last, rowsAtOnce);
    if (rows.length > 0) await take(rows);
    if (rows.length < rowsAtOnce) return;
    last = rows.at(-1) ?? null;
  }
}

/** A summary of all tables of a tenant, taken in one snapshot. */
export async function readContent(
  storage: Storage,
  tenantId: string | null,
  rowsDone: RowsDone = () => {},
): Promise<readonly TableContent[]> {
  return await storage.snapshot(tenantId, (ports) => contentOf(ports, tenantId, rowsDone));
}

/** As {@link readContent}, in a snapshot that is already open. */
export async function contentOf(
  ports: Ports,
  tenantId: string | null,
  rowsDone: RowsDone = () => {},
): Promise<readonly TableContent[]> {
  const contents: TableContent[] = [];
  for (const { name } of ports.copies.tables(tenantId)) {
    const content = measureContent(tenantId, name);
    await readRows(ports, tenantId, name, (rows) => {
      content.add(rows);
      rowsDone(rows.length);
    });
    contents.push(content.end());
  }
  return contents;
}

/**
 * Copies a tenant's rows, read in one snapshot, into a storage that has none of them. Each page is its own commit, so
 * the caller must make sure that nobody uses a half-made copy.
 *
 * @returns what was read.
 */
export async function copyRows(
  source: Pick<Storage, "snapshot">,
  target: Pick<Storage, "transaction">,
  tenantId: string | null,
  rowsDone: RowsDone = () => {},
): Promise<readonly TableContent[]> {
  return await source.snapshot(tenantId, async (ports) => {
    const contents: TableContent[] = [];
    for (const table of ports.copies.tables(tenantId)) {
      contents.push(await copyTable(ports, target, tenantId, table, rowsDone));
    }
    return contents;
  });
}

async function copyTable(
  ports: Ports,
  target: Pick<Storage, "transaction">,
  tenantId: string | null,
  { name, refersToItself }: CopiedTable,
  rowsDone: RowsDone,
): Promise<TableContent> {
  const content = measureContent(tenantId, name);
  await readRows(ports, tenantId, name, async (rows) => {
    await target.transaction(tenantId, ({ copies }) =>
      // The target may already have the tenant's own row, by which it is found.
      name === "tenants" ? copies.put(tenantId, name, rows) : copies.insert(tenantId, name, rows),
    );
    content.add(rows);
    rowsDone(rows.length);
  });
  if (refersToItself) {
    await readRows(ports, tenantId, name, (rows) =>
      target.transaction(tenantId, ({ copies }) => copies.put(tenantId, name, rows)),
    );
  }
  return content.end();
}

function measureContent(tenantId: string | null, table: string) {
  const hash = createHash("sha256");
  let count = 0;
  return {
    add(rows: readonly CopiedRow[]): void {
      count += rows.length;
      for (const row of rows) addRow(hash, row);
    },
    end: (): TableContent => ({
      tenant_id: tenantId,
      table,
      rows: count,
      checksum: hash.digest("hex"),
    }),
  };
}

function addRow(hash: Hash, row: CopiedRow): void {
  hash.update(JSON.stringify(Object.values(row)));
  hash.update("\n");
}

/** The tables whose content differs. */
export function compareContents(
  ours: readonly TableContent[],
  theirs: readonly TableContent[],
): readonly TableContent[] {
  const known = new Map(theirs.map((content) => [keyOf(content), content]));
  return ours.filter((content) => known.get(keyOf(content))?.checksum !== content.checksum);
}

function keyOf({ tenant_id, table }: TableContent): string {
  return `${tenant_id ?? ""} ${table}`;
}

/** One checksum over many tables. */
export function joinChecksums(contents: readonly TableContent[]): string {
  const hash = createHash("sha256");
  for (const { tenant_id, table, checksum } of contents) {
    hash.update(JSON.stringify([tenant_id, table, checksum]));
  }
  return hash.digest("hex");
}

/**
 * An empty storage that a copy is filling. Until it is finished nobody can mistake it for a complete one, even if
 * this program is killed.
 */
export interface CopyTarget {
  readonly storage: Storage;
  /** Closes it and makes it available under its name. */
  finish(): Promise<void>;
  /** Closes it and removes what was written. */
  abandon(): Promise<void>;
}
