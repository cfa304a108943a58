import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Bench } from "../harness/bench.ts";

/**
 * A copy of our own file, opened by node:sqlite alone: the raw side has the same rows,
 * the same indexes and the same pages on disk as ours had when the run began.
 */
export function openRawCopy(bench: Bench, file: string, name: string): DatabaseSync {
  const copy = path.join(bench.directory, `${name}.db`);
  const source = new DatabaseSync(file, { readOnly: true });
  source.prepare("VACUUM INTO ?").run(copy);
  source.close();
  const database = new DatabaseSync(copy);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  return database;
}
