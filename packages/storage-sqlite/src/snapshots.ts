import { DatabaseSync } from "node:sqlite";
import type { Ports } from "@tenantry/core";
import { createPorts } from "@tenantry/storage-sql";
import { openReader } from "./connection.ts";
import { toStorageError } from "./sqlite-error.ts";
import { createSqliteSession } from "./sqlite-session.ts";
import { retryWhileBusy } from "./waiting.ts";

interface Snapshot {
  readonly db: DatabaseSync;
  readonly ports: Ports;
}

/** Handles kept for later snapshots, because opening one costs more than a small read. */
const mostIdle = 2;

/** Gives each body its own handle with a snapshot of the data. */
export interface Snapshots {
  run<T>(body: (ports: Ports) => Promise<T>): Promise<T>;
  /** Resolves when no body runs, and closes idle handles. */
  close(): Promise<void>;
}

/** Snapshots of a file. In WAL mode a read transaction sees one moment for as long as it lasts, and blocks nobody. */
export function createFileSnapshots(path: string, busyTimeoutMs: number): Snapshots {
  const idle: Snapshot[] = [];
  return createSnapshots({
    async open() {
      const snapshot = idle.pop() ?? openSnapshot(openReader(path), path);
      // The read takes the snapshot; BEGIN alone does not.
      const begin = () => snapshot.db.exec("BEGIN; SELECT 1 FROM tenants LIMIT 1");
      await retryWhileBusy(begin, busyTimeoutMs, (error) => toStorageError(error, path));
      return snapshot;
    },
    close(snapshot) {
      if (snapshot.db.isTransaction) snapshot.db.exec("ROLLBACK");
      if (idle.length < mostIdle) idle.push(snapshot);
      else snapshot.db.close();
    },
    end() {
      for (const snapshot of idle.splice(0)) snapshot.db.close();
    },
  });
}

/** Snapshots of a database in memory. They are copies, because its only handle is also the writer's. */
export function createMemorySnapshots(
  source: DatabaseSync,
  path: string,
  settled: () => Promise<void>,
): Snapshots {
  return createSnapshots({
    async open() {
      while (source.isTransaction) await settled();
      const copy = new DatabaseSync(path);
      copy.deserialize(source.serialize());
      copy.exec("PRAGMA query_only = ON");
      return openSnapshot(copy, path);
    },
    close: (snapshot) => snapshot.db.close(),
    end() {},
  });
}

interface SnapshotSource {
  open(): Promise<Snapshot>;
  close(snapshot: Snapshot): void;
  end(): void;
}

function createSnapshots(source: SnapshotSource): Snapshots {
  const running = new Set<Promise<unknown>>();

  async function runIn<T>(body: (ports: Ports) => Promise<T>): Promise<T> {
    const snapshot = await source.open();
    try {
      return await body(snapshot.ports);
    } finally {
      source.close(snapshot);
    }
  }

  return {
    async run(body) {
      const done = runIn(body);
      running.add(done);
      try {
        return await done;
      } finally {
        running.delete(done);
      }
    },
    async close() {
      await Promise.allSettled(running);
      source.end();
    },
  };
}

function openSnapshot(db: DatabaseSync, path: string): Snapshot {
  const session = createSqliteSession(db, path, () => {
    throw new Error("A snapshot is not written to");
  });
  return { db, ports: createPorts(session) };
}
