import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Bench } from "../harness/bench.ts";
import { copyDatabase } from "./copy-database.ts";

/** As ours has it: rows found in memory on one side and read from the file on the other would be no comparison. */
const cacheKibibytes = 32 * 1024;

/**
 * A copy of our own file, opened by node:sqlite alone: the raw side has the same rows,
 * the same indexes and the same pages on disk as ours had when the run began.
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
