import {
  compareContents,
  copyRows,
  countRows,
  DomainError,
  type FieldFault,
  joinChecksums,
  listTenantIds,
  type Placement,
  readContent,
  type Storage,
  type TableContent,
} from "@tenantry/core";
import type { DatabaseLocation } from "../database-url.ts";
import { assertFitsDirectory } from "./directory-limits.ts";
import { assertSourceUnused, openSource, type Source } from "./source.ts";
import { openTarget } from "./target.ts";

export interface MigrateStorageOptions {
  readonly from: DatabaseLocation;
  /** For a PostgreSQL source: the address of its tables' owner, if `from` names another user. */
  readonly fromOwnerUrl?: string | undefined;
  /** An empty target: a file or directory that does not exist yet, or an empty PostgreSQL database. */
  readonly to: DatabaseLocation;
  /**
   * Called with how many rows have been read, and the total. Each row is read three times: from the source, from the
   * copy, and from the source again.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Aborts at the next page of rows and removes what was written. */
  readonly signal?: AbortSignal | undefined;
}

/** The result of a migration. */
export interface StorageMigration {
  readonly tenants: number;
  readonly rows: number;
  /** A checksum of everything; equal on every storage with the same rows. */
  readonly checksum: string;
  /** One entry per table of each tenant, and of the installation. */
  readonly contents: readonly TableContent[];
  /** What the target cannot store, as sentences. */
  readonly left_behind: readonly string[];
}

/**
 * Copies everything from one storage into an empty one: tenants, users, events, sessions, keys, refusals. The copy
 * becomes available only after it was compared with the source, table by table; a failure or a kill leaves nothing
 * that could be mistaken for a complete copy.
 *
 * The source is only read. Nobody may write to it meanwhile, because those writes would be missing from the copy:
 * whether another program has it open is checked before and after, and it is read once more at the end.
 *
 * @throws {DomainError} `storage_busy` where the source is in use, `storage_unavailable` where it does not exist or
 * the target is not empty, `invalid_import` with everything that the target cannot hold, `storage_damaged`.
 */
export async function migrateStorage(options: MigrateStorageOptions): Promise<StorageMigration> {
  const { from } = options;
  await assertSourceUnused(from);
  const source = await openSource(from, options.fromOwnerUrl);
  try {
    return await migrateFrom(source, options);
  } finally {
    await source.storage.close();
  }
}

async function migrateFrom(
  source: Source,
  options: MigrateStorageOptions,
): Promise<StorageMigration> {
  const { storage } = source;
  const tenantIds = await listTenantIds(storage);
  if (tenantIds.length === 0) throw nothingThere();
  await assertAtRest(storage);
  await assertAllShared(storage);
  if (options.to.kind === "json") await assertFitsDirectory(storage);
  const leftBehind = source.leftBehind();
  const target = await openTarget(options.to);
  try {
    const contents = await fill(storage, target.storage, [null, ...tenantIds], options);
    // Closed first: this program itself has a file open that would count as in use.
    await storage.close();
    await assertSourceUnused(options.from);
    await target.finish();
    return {
      tenants: tenantIds.length,
      rows: contents.reduce((sum, { rows }) => sum + rows, 0),
      checksum: joinChecksums(contents),
      contents,
      left_behind: leftBehind,
    };
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

async function fill(
  source: Storage,
  target: Storage,
  parts: readonly (string | null)[],
  options: MigrateStorageOptions,
): Promise<readonly TableContent[]> {
  const rowsDone = await countProgress(source, parts, options);
  const contents: TableContent[] = [];
  for (const part of parts) {
    const copied = await copyRows(source, target, part, rowsDone);
    assertSame(copied, await readContent(target, part, rowsDone));
    contents.push(...copied);
  }
  for (const part of parts) {
    const [changed] = compareContents(await readContent(source, part, rowsDone), contents);
    if (changed !== undefined) throw writtenMeanwhile(changed.table);
  }
  if (!isSameList(await listTenantIds(source), parts)) throw writtenMeanwhile("tenants");
  if (!isSameList(await listTenantIds(target), parts)) throw notAlone();
  return contents;
}

async function countProgress(
  source: Storage,
  parts: readonly (string | null)[],
  { onProgress, signal }: MigrateStorageOptions,
): Promise<(rows: number) => void> {
  let total = 0;
  for (const part of parts) total += 3 * (await countRows(source, part));
  let done = 0;
  return (rows) => {
    signal?.throwIfAborted();
    done += rows;
    onProgress?.(done, total);
  };
}

const mostNamed = 20;

/** Work that a process began and did not finish. Continuing it would write to the source. */
const underWay: Readonly<Record<Exclude<Placement["state"], "steady">, string>> = {
  dropping: "is being purged; open the source once, as tenantry tenant list does, which goes on",
  making: "is being made; open the source once, as tenantry tenant list does, which ends that",
  moving: "is being moved; go on with tenantry tenant move TENANT, or back with --undo",
};

async function assertAtRest({ committed }: Storage): Promise<void> {
  const fields: FieldFault[] = [];
  for (const { tenant_id, state } of await committed.placements.listUnsteady(mostNamed)) {
    if (state === "steady") continue;
    fields.push({ pointer: `/tenants/${tenant_id}`, detail: underWay[state] });
  }
  if (fields.length === 0) return;
  const named = fields.map(
    ({ pointer, detail }) => `${pointer.slice("/tenants/".length)} ${detail}`,
  );
  throw new DomainError(
    "invalid_import",
    `Something is under way in the source: ${named.join("; ")}`,
    {
      fields,
    },
  );
}

/** A copy would put tenants that were separated on purpose into one database, without a warning. */
async function assertAllShared(storage: Storage): Promise<void> {
  const apart = (await storage.committed.tenants.all()).filter(
    ({ placement }) => placement === "dedicated",
  );
  if (apart.length === 0) return;
  throw new DomainError(
    "invalid_import",
    `Tenants of the source have databases of their own: ${apart.map(({ slug }) => slug).join(", ")}. Move each with tenantry tenant move TENANT --to shared first`,
    {
      fields: apart.map(({ id }) => ({
        pointer: `/tenants/${id}`,
        detail: "has a database of its own; move it with tenantry tenant move --to shared",
      })),
    },
  );
}

function isSameList(ids: readonly string[], [, ...parts]: readonly (string | null)[]): boolean {
  return JSON.stringify(ids) === JSON.stringify(parts);
}

function assertSame(copied: readonly TableContent[], written: readonly TableContent[]): void {
  const [differing] = compareContents(written, copied);
  if (differing === undefined) return;
  throw new DomainError(
    "storage_damaged",
    `The copy of ${differing.table} is not what was read; nothing of it was kept. Check the disks, then try again`,
  );
}

function writtenMeanwhile(table: string): DomainError {
  return new DomainError(
    "storage_busy",
    `The source was written meanwhile (${table}), so the copy was not kept; stop every program that uses it, then try again`,
  );
}

function notAlone(): DomainError {
  return new DomainError(
    "storage_busy",
    "Another program has written to the target, so the copy was not kept; stop it, and name an empty storage",
  );
}

function nothingThere(): DomainError {
  return new DomainError(
    "storage_unavailable",
    "There is no tenant in the source, and so nothing to copy; name another one with --from",
  );
}
