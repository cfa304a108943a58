import { DatabaseSync } from "node:sqlite";

/**
 * Copies a database file. Both sides of a row get their file in this way, so that they have the same
 * rows and indexes on the same pages in the same order.
 */
export function copyDatabase(file: string, copy: string): void {
  const source = new DatabaseSync(file, { readOnly: true });
  source.prepare("VACUUM INTO ?").run(copy);
  source.close();
}
