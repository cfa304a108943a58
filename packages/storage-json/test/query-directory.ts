import { layoutOf } from "../src/directory-layout.ts";
import { loadDirectory } from "../src/load-directory.ts";
import { createMemory } from "../src/memory.ts";

/** Asks the files of a directory that nobody has open, as one would ask a database file. */
export async function queryDirectory(
  directory: string,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const memory = await createMemory(directory);
  const { journal } = await loadDirectory(memory, layoutOf(directory));
  try {
    return memory.db.prepare(sql).all();
  } finally {
    journal.close();
    memory.close();
  }
}
