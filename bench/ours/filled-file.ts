import path from "node:path";
import { callOnce } from "../children/start-child.ts";
import type { Bench } from "../harness/bench.ts";

/**
 * Where data is written before anything is measured: V8 learns from the objects of so many writes at once, which
 * all survive, to make such objects in its old space for good. Whoever answers questions afterwards would be
 * slower by a fifth for it, and nobody's server begins by that.
 */
const filler = new URL("./filler.ts", import.meta.url);

/** A file of ours with the data of the run. Nobody opens it to write: each side takes a copy. */
export function openFilledFile(bench: Bench): Promise<{ file: string }> {
  return bench.share("filled file", async () => {
    const file = path.join(bench.directory, "filled.db");
    await callOnce(filler, "fillFile", { file });
    return { file };
  });
}

/** Imports into a file of ours. */
export function importInto(file: string, data: string | undefined): Promise<void> {
  return callOnce(filler, "importFile", { file, data });
}

/** Copies a file of ours to an empty PostgreSQL database. Answers the id of the tenant in it. */
export function copyToPostgres(file: string, url: string): Promise<string> {
  return callOnce(filler, "copyToPostgres", { file, url });
}
