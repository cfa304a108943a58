import {
  type Awaitable,
  forgetAllChanges,
  type Ports,
  type StorageMoves,
  tenantMoving,
} from "@tenantry/core";
import { findFence, sqliteDialect, watchStatements } from "@tenantry/storage-sql";
import { openHandle } from "./connection.ts";
import { toStorageError } from "./sqlite-error.ts";
import type { SqliteSession } from "./sqlite-session.ts";
import { retryWhileBusy } from "./waiting.ts";
import type { WriteQueue } from "./write-queue.ts";

/**
 * Wraps a body so that it is refused if its tenant is fenced. The check runs with the writer lock held, which setting
 * the fence needs too: so no transaction is in progress when the fence is set, and none passes it afterwards.
 */
export function behindFence<T>(
  session: SqliteSession,
  tenantId: string | null,
  body: (ports: Ports) => Awaitable<T>,
): (ports: Ports) => Awaitable<T> {
  if (tenantId === null) return body;
  return (ports) => {
    if (session.get(findFence, [tenantId])?.fenced === 1) throw tenantMoving();
    return body(ports);
  };
}

interface MovedFile {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

export function createMoves({ path, busyTimeoutMs }: MovedFile, queue: WriteQueue): StorageMoves {
  /**
   * Runs on a handle of its own, because anything that a queued body writes outside its ports is lost when another
   * body of its batch fails.
   */
  async function execute(statements: readonly string[]): Promise<void> {
    const db = openHandle(path);
    try {
      const all = () => db.exec(`BEGIN IMMEDIATE; ${statements.join("; ")}; COMMIT`);
      await retryWhileBusy(all, busyTimeoutMs, (error) => toStorageError(error, path));
    } catch (error) {
      throw toStorageError(error, path);
    } finally {
      db.close();
    }
  }

  return {
    watch: (tenantId) => execute(watchStatements(sqliteDialect, tenantId).begin),
    async unwatch(tenantId) {
      await execute(watchStatements(sqliteDialect, tenantId).end);
      await queue.add(({ moves }) => forgetAllChanges(moves, tenantId));
    },
    fence: (tenantId, isFenced) => queue.add(({ moves }) => moves.setFence(tenantId, isFenced)),
    write: (_, body) => queue.add(body),
  };
}
