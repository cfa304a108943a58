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
 * A body that is refused where its tenant is fenced. It is asked with the writer lock held, which whoever sets the fence needs as well: so
 * nothing is under way when the fence is set, and nothing passes it afterwards.
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
  /** On a handle of its own: what a body of the queue writes beside its ports is lost when a neighbour fails. */
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
