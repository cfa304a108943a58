import type { DatabaseSync } from "node:sqlite";
import { isDomainError } from "@tenantry/core";
import type { Session } from "@tenantry/storage-sql";
import { toStorageError } from "./sqlite-error.ts";
import { createSqliteSession, createWaitingSession } from "./sqlite-session.ts";
import { retryWhileBusy } from "./waiting.ts";

/**
 * A session that reads committed data. It answers synchronously, except while another program recovers the file or
 * holds it exclusively; then the answer is a promise that waits for that.
 */
export function createReaderSession(
  db: DatabaseSync,
  path: string,
  busyTimeoutMs: number,
): Session {
  const session = createSqliteSession(db, path, () => {
    throw new Error("Only the ports of a transaction write");
  });
  return createWaitingSession(session, (call) => {
    try {
      return call();
    } catch (error) {
      if (!isDomainError(error, "storage_busy")) throw error;
      return readLater(call, path, busyTimeoutMs);
    }
  });
}

async function readLater<T>(call: () => T, path: string, busyTimeoutMs: number): Promise<T> {
  const unwrapped = () => {
    try {
      return call();
    } catch (error) {
      throw isDomainError(error, "storage_busy") ? error.cause : error;
    }
  };
  return await retryWhileBusy(unwrapped, busyTimeoutMs, (error) => toStorageError(error, path));
}
