import { createHash, type Hash } from "node:crypto";
import type { Ports, Storage } from "../store.ts";
import type { CopiedRow, CopiedTable } from "./copies.store.ts";

/** So many rows are in memory at once, and share a commit where they are written. */
const rowsAtOnce = 500;

/** The content of one table of a tenant, or with `null` of the installation. The same rows have the same checksum on every storage. */
export interface TableContent {
  readonly tenant_id: string | null;
  readonly table: string;
  readonly rows: number;
  readonly checksum: string;
}

/** Told of every page of rows. */
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

/** Reads a table to its end. */
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

/** What a tenant's tables hold, all at one moment. */
export async function readContent(
  storage: Storage,
  tenantId: string | null,
  rowsDone: RowsDone = () => {},
): Promise<readonly TableContent[]> {
  return await storage.snapshot(tenantId, (ports) => contentOf(ports, tenantId, rowsDone));
}

/** As {@link readContent}, at the moment of a snapshot that is open. */
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
 * Writes a tenant's rows, as they are at one moment, into a storage that has none of them. Every page is a commit of its own: whoever copies
 * sees to it that nobody uses half of a copy.
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
      // A tenant that comes is known there already: its row is what it is found by.
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

/** One checksum of many tables. */
export function joinChecksums(contents: readonly TableContent[]): string {
  const hash = createHash("sha256");
  for (const { tenant_id, table, checksum } of contents) {
    hash.update(JSON.stringify([tenant_id, table, checksum]));
  }
  return hash.digest("hex");
}

/** An empty storage that is being filled by a copy. Until it is finished nobody can take it for a whole one, whatever happens to this program. */
export interface CopyTarget {
  readonly storage: Storage;
  /** Closes it and makes it what its name says. */
  finish(): Promise<void>;
  /** Closes it and takes back what was written. */
  abandon(): Promise<void>;
}
