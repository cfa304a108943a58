import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DomainError } from "@tenantry/core";
import { schemaState } from "@tenantry/storage-sql";
import { countRows, findCountFaults } from "@tenantry/storage-sqlite/machinery";
import { copyFiles } from "./copy-files.ts";
import { toDirectoryError } from "./directory-error.ts";
import { type DirectoryLayout, layoutOf } from "./directory-layout.ts";
import { countMemberEdits, countOrganizationEdits } from "./foreign-edits.ts";
import { takeIn } from "./foreign-import.ts";
import { readFormat } from "./format-file.ts";
import { openJournal } from "./journal.ts";
import { loadDirectory } from "./load-directory.ts";
import { createMemory, type Memory } from "./memory.ts";
import { isOpen } from "./open-mark.ts";
import type { SourceState } from "./source-files.ts";
import { upgradeDirectory } from "./upgrade-directory.ts";

/** The state of a directory. */
export interface DirectoryInspection {
  /** The size of the directory's files in bytes. */
  readonly bytes: number;
  /** Whether a Tenantry program has it open. */
  readonly is_open: boolean;
  /** Commits in the journal that are not yet in the tables' files. */
  readonly journal_commits: number;
  /** Bytes of an incomplete commit at the journal's end. Its writer ended early, so it was never acknowledged. */
  readonly journal_half_bytes: number;
  /** Whether an upgrade was interrupted; the next opening finishes it. */
  readonly is_upgrade_unfinished: boolean;
  /** Records of the source files that another program has changed; the next opening imports them. */
  readonly foreign_edits: number;
  /** Whether the source files lag behind the journal; the next opening writes them. */
  readonly is_behind: boolean;
  /** Organizations whose stored counts differ from their memberships. */
  readonly count_faults: readonly string[];
  readonly migrations_applied: readonly string[];
  readonly migrations_pending: readonly string[];
  readonly organizations: number;
  readonly users: number;
}

const program = "tenantry doctor";
const busyTimeoutMs = 5000;

/**
 * Checks a directory without changing it. A copy is opened with the normal code, which repairs and imports only in the copy,
 * so that a directory is reported as sound only if it can be opened. It needs the time of an opening and disk space for the
 * copy.
 *
 * @throws {DomainError} `storage_damaged` with every fault and its place, `storage_newer`, `storage_unavailable`, `storage_busy`.
 */
export async function inspectJsonDirectory(directory: string): Promise<DirectoryInspection> {
  const layout = layoutOf(resolve(directory));
  const place = mkdtempSync(join(tmpdir(), "tenantry-look-"));
  try {
    const copy = await copyFiles(layout, place, program, busyTimeoutMs);
    return { is_open: isOpen(layout), ...(await inspectCopy(copy)) };
  } catch (error) {
    throw renamedIn(toDirectoryError(error, layout.directory), place, layout.directory);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Replaces the copy's path with the directory's in a message, because a fault of the copy is one of the directory. */
export function renamedIn(error: unknown, place: string, directory: string): unknown {
  if (!(error instanceof DomainError)) return error;
  const { code, message, fields } = error;
  return new DomainError(code, message.replaceAll(place, directory), {
    cause: error,
    ...(fields === undefined ? {} : { fields }),
  });
}

async function inspectCopy(copy: DirectoryLayout): Promise<Omit<DirectoryInspection, "is_open">> {
  const format = readFormat(copy);
  const { applied, pending } = schemaState(format?.migrations ?? []);
  const journal = readJournal(copy);
  const bytes = sizeOf(copy.directory);
  await upgradeDirectory(copy);
  const memory = await createMemory(copy.directory);
  try {
    const loaded = await loadDirectory(memory, copy);
    loaded.journal.close();
    const edits = await takeEditsIn(memory, loaded.sources);
    return {
      bytes,
      ...journal,
      is_upgrade_unfinished: (format?.replacing ?? []).length > 0,
      foreign_edits: edits,
      is_behind: loaded.sources.kind === "behind" && applied.length > 0,
      count_faults: findCountFaults(memory.db),
      migrations_applied: applied,
      // Before the first opening there are no Tenantry files, so nothing is pending.
      migrations_pending: format === undefined ? [] : pending,
      organizations: countRows(memory.db, "organizations"),
      users: countRows(memory.db, "users"),
    };
  } finally {
    memory.close();
  }
}

function readJournal(copy: DirectoryLayout) {
  const journal = openJournal(copy.journal);
  if (journal === undefined) return { journal_commits: 0, journal_half_bytes: 0 };
  const { size } = statSync(copy.journal);
  try {
    journal.readToEnd(() => {});
    const { commit, header, bytes } = journal;
    return { journal_commits: commit - header.commit, journal_half_bytes: size - bytes };
  } finally {
    journal.close();
  }
}

async function takeEditsIn(memory: Memory, sources: SourceState): Promise<number> {
  if (sources.kind !== "edited") return 0;
  const { edits } = sources;
  memory.db.exec("BEGIN");
  await takeIn(memory, edits);
  return countOrganizationEdits(edits) + countMemberEdits(edits.members);
}

function sizeOf(directory: string): number {
  const sizes = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The files that other users of this machine may read or write, each with the mode that it should have. */
export function findOpenToOthers(
  directory: string,
): readonly { readonly path: string; readonly mode: "700" | "600" }[] {
  if (process.platform === "win32") return [];
  const { directory: top, organizations, orgUsers, own } = layoutOf(resolve(directory));
  const inside = existsSync(own) ? readdirSync(own, { recursive: true, encoding: "utf8" }) : [];
  return [top, organizations, orgUsers, own, ...inside.map((name) => join(own, name))].flatMap(
    (path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found === undefined || found.isSymbolicLink() || (found.mode & 0o077) === 0) return [];
      return [{ path, mode: found.isDirectory() ? ("700" as const) : ("600" as const) }];
    },
  );
}
