import path from "node:path";
import { callOnce } from "../children/start-child.ts";
import type { Bench } from "../harness/bench.ts";

/**
 * The process in which data is written. During so many writes, whose objects all survive, V8 learns to allocate
 * such objects in its old space permanently. A process that answers questions afterwards would be slower by a
 * fifth, and no real server begins like that.
 */
const filler = new URL("./filler.ts", import.meta.url);

/** A Tenantry file with the data of the run. It is never opened for writing; each side copies it. */
export function openFilledFile(bench: Bench): Promise<{ file: string }> {
  return bench.share("filled file", async () => {
    const file = path.join(bench.directory, "filled.db");
    await callOnce(filler, "fillFile", { file });
    return { file };
  });
}

/** Imports organizations into a Tenantry file. */
export function importInto(file: string, data: string | undefined): Promise<void> {
  return callOnce(filler, "importFile", { file, data });
}

/** Copies a Tenantry file to an empty PostgreSQL database. Returns the id of its tenant. */
export function copyToPostgres(file: string, url: string): Promise<string> {
  return callOnce(filler, "copyToPostgres", { file, url });
}
