import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Bench } from "../harness/bench.ts";
import { copyDatabase } from "./copy-database.ts";

/** The same cache size as ours. Otherwise one side would find rows in memory and the other read them from the file. */
const cacheKibibytes = 32 * 1024;

/**
 * A copy of our file, opened with node:sqlite alone. The raw side has the same rows, indexes and
 * pages on disk as ours had when the run began.
 */
export function openRawCopy(bench: Bench, file: string, name: string): DatabaseSync {
  const copy = path.join(bench.directory, `${name}.db`);
  copyDatabase(file, copy);
  const database = new DatabaseSync(copy);
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -${cacheKibibytes};
  `);
  return database;
}
