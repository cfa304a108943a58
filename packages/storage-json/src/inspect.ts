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

/** What is found in a directory. */
export interface DirectoryInspection {
  /** Of the files of ours. */
  readonly bytes: number;
  /** Whether a program has it open. */
  readonly is_open: boolean;
  /** Commits that are in the journal and not yet in the tables' files. */
  readonly journal_commits: number;
  /** Bytes at its end of a commit that nobody was told of: its writer ended before it was whole. */
  readonly journal_half_bytes: number;
  /** Whether an upgrade ended in the middle; the next opening goes on with it. */
  readonly is_upgrade_unfinished: boolean;
  /** Records of the two source files that somebody else has changed, and the next opening takes in. */
  readonly foreign_edits: number;
  /** Whether the source files are behind the journal; the next opening shows it. */
  readonly is_behind: boolean;
  /** Organizations whose kept counts are not those of their memberships. */
  readonly count_faults: readonly string[];
  readonly migrations_applied: readonly string[];
  readonly migrations_pending: readonly string[];
  readonly organizations: number;
  readonly users: number;
}

const program = "tenantry doctor";
const busyTimeoutMs = 5000;

/**
 * Looks through a directory without changing it: what an opening would mend or take in happens to a copy, by the very code that opens, so
 * that nothing is called well that could not be opened. A large one takes as long as an opening, and room for the copy.
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

/** What is wrong in the copy is so in the directory. */
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
      // Nothing is pending where there is nothing of ours yet: the first opening makes it.
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
  const { found } = sources;
  memory.db.exec("BEGIN");
  await takeIn(memory, found);
  return countOrganizationEdits(found) + countMemberEdits(found.members);
}

function sizeOf(directory: string): number {
  const sizes = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What of a directory others on this machine may read or write; each with the mode that it should have. */
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
