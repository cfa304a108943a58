import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { onlyOwnerFile } from "./directory-layout.ts";

/** A file that is about to replace another. */
export interface PreparedFile {
  readonly path: string;
  readonly temporary: string;
}

export function temporaryOf(path: string): string {
  return `${path}.tmp`;
}

/** Writes the content to a temporary file and syncs it to the disk. The old file stays until {@link putInPlace}. */
export async function prepareFile(path: string, chunks: Iterable<Buffer>): Promise<PreparedFile> {
  const temporary = temporaryOf(path);
  try {
    const file = await open(temporary, "w", onlyOwnerFile);
    try {
      let position = 0;
      for (const chunk of chunks) {
        await writeWhole(file, chunk, position);
        position += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await discard([{ path, temporary }]);
    throw error;
  }
  return { path, temporary };
}

/** Writes all of the buffer: one call of `write` may write less than it is given. */
export async function writeWhole(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const left = chunk.length - written;
    const { bytesWritten } = await file.write(chunk, written, left, position + written);
    written += bytesWritten;
  }
}

/** Renames the prepared files into their places, each completely or not at all, and syncs the directories to the disk. */
export async function putInPlace(files: readonly PreparedFile[]): Promise<void> {
  for (const { path, temporary } of files) await rename(temporary, path);
  for (const directory of new Set(files.map(({ path }) => dirname(path)))) {
    await syncDirectory(directory);
  }
}

/** Removes prepared files that are not needed. */
export async function discard(files: readonly PreparedFile[]): Promise<void> {
  for (const { temporary } of files) await unlink(temporary).catch(() => {});
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
