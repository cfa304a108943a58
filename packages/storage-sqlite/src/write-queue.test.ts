import { DatabaseSync } from "node:sqlite";
import type { Ports } from "@tenantry/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { createWriteLock } from "./write-lock.ts";
import { createSavepoint, createWriteQueue, type WriteQueue } from "./write-queue.ts";
import { noWriterNote } from "./writer-note.ts";

let directory: ReturnType<typeof openTemporary>;
let db: DatabaseSync;
let beside: DatabaseSync;
let queue: WriteQueue;
let commits: number;

beforeEach(() => {
  directory = openTemporary();
  const path = directory.file("queue.db");
  db = new DatabaseSync(path, { timeout: 0 });
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE notes (id INTEGER PRIMARY KEY);
    CREATE TABLE children (id INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED);
  `);
  beside = new DatabaseSync(path);
  commits = 0;
  queue = createWriteQueue({
    db,
    lock: createWriteLock(db, path, noWriterNote, 5000),
    savepoint: createSavepoint(db),
    ports: {} as Ports,
    changes: [],
    busyTimeoutMs: 5000,
    onBegin: () => undefined,
    onBeforeCommit: () => {
      commits += 1;
    },
    onCommit: () => undefined,
  });
});

afterEach(() => {
  db.close();
  beside.close();
  directory.remove();
});

const write = (id: number) => db.exec(`INSERT INTO notes VALUES (${id})`);
const committed = () =>
  beside
    .prepare("SELECT id FROM notes ORDER BY id")
    .all()
    .map(({ id }) => id);

describe("the queue of writers", () => {
  test("lets those who wait together share one commit", async () => {
    await Promise.all([1, 2, 3].map((id) => queue.add(() => write(id))));
    expect(commits).toBe(1);
    expect(committed()).toEqual([1, 2, 3]);
  });

  test("shares a commit among 64 and no more", async () => {
    const ids = Array.from({ length: 130 }, (_, index) => index);
    await Promise.all(ids.map((id) => queue.add(() => write(id))));
    expect(commits).toBeGreaterThanOrEqual(3);
    expect(committed()).toEqual(ids);
  });

  test("answers nobody before the commit, not even with a refusal", async () => {
    const seen: unknown[] = [];
    const note = () => seen.push(committed());
    await Promise.allSettled([
      queue.add(() => write(1)).then(note),
      queue
        .add(() => {
          throw new Error("refused");
        })
        .catch(note),
      queue.add(() => write(2)).then(note),
    ]);
    expect(seen).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  test("fails everybody in a transaction that SQLite itself took back", async () => {
    const outcomes = await Promise.allSettled([
      queue.add(() => write(1)),
      queue.add(() => db.exec("ROLLBACK")),
      queue.add(() => write(2)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(outcomes[0]).toMatchObject({ reason: { code: "storage_unavailable" } });
    expect(committed()).toEqual([2]);
  });

  test("fails everybody in a transaction that cannot be committed, and goes on with the next", async () => {
    const outcomes = await Promise.allSettled([
      queue.add(() => write(1)),
      queue.add(() => db.exec("PRAGMA foreign_keys; INSERT INTO children VALUES (99)")),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(committed()).toEqual([]);
    await queue.add(() => write(3));
    expect(committed()).toEqual([3]);
  });

  test("gives the event loop its turns while many write", async () => {
    let turns = 0;
    let isWriting = true;
    const count = () => {
      turns += 1;
      if (isWriting) setImmediate(count);
    };
    setImmediate(count);
    const ids = Array.from({ length: 64 * 10 }, (_, index) => index);
    await Promise.all(ids.map((id) => queue.add(() => write(id))));
    isWriting = false;
    expect(turns).toBeGreaterThanOrEqual(10);
  });

  test("gives the event loop its turns while a single transaction writes for long", async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      if (queue.isWriting) setImmediate(count);
    };
    const slow = (id: number) => {
      if (id === 0) setImmediate(count);
      // Longer than the slice that bodies have before others get their turn.
      const end = performance.now() + 6;
      while (performance.now() < end) write(Math.floor(Math.random() * 2 ** 40));
    };
    await Promise.all([0, 1, 2].map((id) => queue.add(() => slow(id))));
    expect(commits).toBe(1);
    expect(turns).toBeGreaterThanOrEqual(2);
  });
});
