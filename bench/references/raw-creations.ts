import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { seededRandom } from "../dataset/ids.ts";
import type { CapturedCreation } from "../ours/capture-creation.ts";
import { makeCreations, type PreparedCreation, runCreation } from "./replay-rows.ts";

export type RawCreations = {
  /** Creations per second, in transactions of a given size, each on disk before the next begins. */
  measure(count: number, perTransaction: number): Promise<number>;
};

/** Writes the same rows as ours, with prepared statements and values prepared beforehand. */
export function prepareRawCreations(
  database: DatabaseSync,
  tenantId: string,
  creators: string[],
  captured: CapturedCreation,
): RawCreations {
  const namesakesOf = (turn: number) =>
    new Map([
      [captured.tenantId, tenantId],
      [captured.userId, creators[turn % creators.length] ?? ""],
    ]);
  const makeBatch = makeCreations(database, captured.written, namesakesOf, seededRandom(7));
  return {
    async measure(count, perTransaction) {
      const batch = makeBatch(count);
      const start = performance.now();
      for (let first = 0; first < count; first += perTransaction) {
        commit(database, batch.slice(first, first + perTransaction));
        // The event loop gets a turn after each transaction, as in any program that sends answers.
        await nextTurn();
      }
      return (count * 1_000) / (performance.now() - start);
    },
  };
}

function commit(database: DatabaseSync, creations: PreparedCreation[]): void {
  database.exec("BEGIN IMMEDIATE");
  for (const creation of creations) runCreation(creation);
  database.exec("COMMIT");
}
