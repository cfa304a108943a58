import { renameSync } from "node:fs";
import type { DirectoryLayout } from "./directory-layout.ts";
import { discard, type PreparedFile, prepareFile, syncDirectory } from "./durable-files.ts";
import { type FileStamps, isSameStamps, stampFile, stampSourceFiles } from "./file-stamps.ts";
import type { SourceFileName, SourceView } from "./source-view.ts";

/** A new source file that is about to replace the present one. */
export interface PreparedSource extends PreparedFile {
  readonly name: SourceFileName;
}

/** Writes changed source files to temporary files and syncs them to the disk. */
export async function prepareSources(
  view: SourceView,
  layout: DirectoryLayout,
): Promise<PreparedSource[]> {
  const prepared: PreparedSource[] = [];
  try {
    for (const name of view.takeChanged()) {
      prepared.push({ name, ...(await prepareFile(layout[name], [view.render(name)])) });
    }
    return prepared;
  } catch (error) {
    await discard(prepared);
    throw error;
  }
}

/**
 * Replaces the source files with the prepared ones, each only while both still have the `known` stamps. Check and replacement
 * are two consecutive system calls, so another program's edit is overwritten only if it begins within these microseconds.
 *
 * @param known The files as they were when they were last compared with memory.
 * @returns the new stamps; undefined if another program has edited one of the files, which is not replaced then.
 */
export async function replaceSources(
  layout: DirectoryLayout,
  prepared: readonly PreparedSource[],
  known: FileStamps | null,
): Promise<FileStamps | undefined> {
  const shown = replaceWhileKnown(layout, prepared, known);
  if (shown === undefined) await discard(prepared);
  if (prepared.length > 0) await syncDirectory(layout.directory);
  return shown;
}

function replaceWhileKnown(
  layout: DirectoryLayout,
  prepared: readonly PreparedSource[],
  known: FileStamps | null,
): FileStamps | undefined {
  let shown = known;
  for (const { name, path, temporary } of prepared) {
    const next = stampFile(temporary);
    if (!isSameStamps(shown, stampSourceFiles(layout)) || shown === null) return undefined;
    renameSync(temporary, path);
    // Stamped before the rename, so that any later change is recognized as another program's.
    shown = { ...shown, [name]: next };
  }
  return shown ?? undefined;
}
