import { callOnce } from "../children/start-child.ts";

/**
 * The process in which data is written. During so many writes, whose objects all survive, V8 learns to allocate
 * such objects in its old space permanently. A process that answers questions afterwards would be slower by a
 * fifth, and no real server begins like that.
 */
const filler = new URL("./filler.ts", import.meta.url);

/** Writes the data of the run into a new Tenantry file. */
export function fillFile(file: string): Promise<void> {
  return callOnce(filler, "fillFile", { file });
}

/** Imports organizations into a Tenantry file. */
export function importFile(file: string, data: string | undefined): Promise<void> {
  return callOnce(filler, "importFile", { file, data });
}

/** Copies a Tenantry file to an empty PostgreSQL database. Returns the id of its tenant. */
export function copyToPostgres(file: string, url: string): Promise<string> {
  return callOnce(filler, "copyToPostgres", { file, url });
}
