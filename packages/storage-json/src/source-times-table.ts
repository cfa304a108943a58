import type { DatabaseSync } from "node:sqlite";

export const sourceTimesTable = "source_times";

/**
 * A table that only this storage has: the Python module's times that need more than milliseconds, by organization and member
 * (an empty text for the organization itself). Like every table it has a file and goes through the journal.
 */
export function createSourceTimesTable(db: DatabaseSync): void {
  db.exec(`CREATE TABLE ${sourceTimesTable} (
    organization_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    time TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
  ) STRICT, WITHOUT ROWID`);
}
