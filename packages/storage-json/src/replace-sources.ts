import { renameSync } from "node:fs";
import type { DirectoryLayout } from "./directory-layout.ts";
import { discard, type PreparedFile, prepareFile, syncDirectory } from "./durable-files.ts";
import { type FileStamps, isSameStamps, stampFile, stampSourceFiles } from "./file-stamps.ts";
import type { SourceFileName, SourceView } from "./source-view.ts";

/** A source file about to take the place of the one that is there. */
export interface PreparedSource extends PreparedFile {
  readonly name: SourceFileName;
}

/** Writes the source files that have changed beside their places, and sees them to the disk. */
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
 * Puts prepared source files in their places, each only while both are as is known: looking and replacing are two calls of the system with
 * nothing between them, so that somebody else's edit is overwritten only if it begins within these microseconds.
 *
 * @param known The files as they were when they were last compared with memory.
 * @returns the files as they are now; undefined where somebody else has edited one, which is left as it is.
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
    // Taken before it had its name: whatever is done to it afterwards is seen to be somebody else's.
    shown = { ...shown, [name]: next };
  }
  return shown ?? undefined;
}
