import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Ports } from "@tenantry/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { createSharedSavepoint, type SharedSavepoint } from "./savepoint.ts";
import { createWriteLock } from "./write-lock.ts";
import { createWriteQueue, type WriteQueue } from "./write-queue.ts";
import { noWriterNote } from "./writer-note.ts";

let directory: ReturnType<typeof openTemporary>;
let db: DatabaseSync;
let beside: DatabaseSync;
let queue: WriteQueue;
let savepoint: SharedSavepoint;
let commits: number;
/** Called when a transaction was taken back, and nobody holds the lock. */
let onRollback: () => void;

beforeEach(() => {
  directory = openTemporary();
  const path = directory.file("queue.db");
  db = new DatabaseSync(path, { timeout: 0 });
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE notes (id INTEGER PRIMARY KEY);
    CREATE TABLE history (position INTEGER PRIMARY KEY, step INTEGER, total INTEGER);
    CREATE TABLE children (id INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED);
  `);
  beside = new DatabaseSync(path);
  commits = 0;
  onRollback = () => undefined;
  savepoint = createSharedSavepoint(db);
  const lock = createWriteLock(db, path, noWriterNote, 5000);
  const rollback = () => {
    lock.rollback();
    onRollback();
  };
  queue = createWriteQueue({
    db,
    lock: { ...lock, rollback },
    savepoint,
    openPorts: () => ({ ports: {} as Ports, revoke() {} }),
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

function writeRecordedBy(statement: StatementSync, values: readonly number[]): void {
  statement.run(...values);
  savepoint.record(statement, values);
}

const writeRecorded = (id: number) =>
  writeRecordedBy(db.prepare("INSERT INTO notes VALUES (?)"), [id]);
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

  test("takes back what a body wrote that failed, and nothing else", async () => {
    const outcomes = await Promise.allSettled([
      queue.add(() => writeRecorded(1)),
      queue.add(() => writeRecorded(2)),
      queue.add(() => {
        writeRecorded(3);
        throw new Error("refused");
      }),
      queue.add(() => writeRecorded(4)),
      queue.add(() => {
        throw new Error("refused before it wrote");
      }),
      queue.add(() => {
        writeRecorded(5);
        writeRecorded(4);
      }),
      queue.add(() => writeRecorded(6)),
    ]);
    const fulfilled = outcomes.map(({ status }) => status === "fulfilled");
    expect(fulfilled).toEqual([true, true, false, true, false, false, true]);
    expect(commits).toBe(1);
    expect(committed()).toEqual([1, 2, 4, 6]);
  });

  test("decides anew by what another process commits while a batch is taken back for one that failed", async () => {
    let turns = 0;
    onRollback = () => {
      turns += 1;
      if (turns === 1) beside.exec("INSERT INTO notes VALUES (90), (91)");
    };
    const count = () => db.prepare("SELECT count(*) AS count FROM notes").get()?.count;
    const writeCounted = (id: number) => {
      writeRecorded(id);
      return count();
    };
    const outcomes = await Promise.allSettled([
      queue.add(() => writeCounted(1)),
      queue.add(() => writeCounted(90)),
      queue.add(() => {
        writeRecorded(2);
        throw new Error("refused");
      }),
      queue.add(() => writeCounted(3)),
    ]);
    expect(outcomes).toMatchObject([
      { value: 3 },
      { reason: { message: "UNIQUE constraint failed: notes.id" } },
      { reason: { message: "refused" } },
      { value: 4 },
    ]);
    expect(committed()).toEqual([1, 3, 90, 91]);
    expect(turns).toBe(1);
    expect(commits).toBe(1);
  });

  test("opens no savepoint while no body fails, and one for a while after one has failed", async () => {
    const isInSavepoint = (id: number) => {
      writeRecorded(id);
      try {
        db.exec("ROLLBACK TO body");
      } catch {
        return false;
      }
      writeRecorded(id);
      return true;
    };
    const pair = async (id: number) => {
      const [, isGuarded] = await Promise.all([
        queue.add(() => writeRecorded(id)),
        queue.add(() => isInSavepoint(id + 1)),
      ]);
      return isGuarded;
    };
    expect(await pair(10)).toBe(false);
    await Promise.allSettled([
      queue.add(() => writeRecorded(1)),
      queue.add(() => {
        writeRecorded(2);
        throw new Error("refused");
      }),
    ]);
    const guarded: boolean[] = [];
    for (let id = 20; id < 120; id += 10) guarded.push(await pair(id));
    expect(guarded).toEqual([...Array(8).fill(true), false, false]);
    expect(committed()).toHaveLength(2 + 1 + 20);
  });

  test("runs each body twice at most, however many of them fail", async () => {
    const runs = Array.from({ length: 64 }, () => 0);
    const bodies = runs.map((_, id) => () => {
      runs[id] = (runs[id] ?? 0) + 1;
      writeRecorded(id);
      if (id % 3 === 1) throw new Error("refused");
    });
    await Promise.allSettled(bodies.map((body) => queue.add(body)));
    expect(committed()).toEqual([...runs.keys()].filter((id) => id % 3 !== 1));
    expect(Math.max(...runs)).toBe(2);
  });

  test("leaves what bodies would leave one after another, whichever of them fail", async () => {
    const add = db.prepare("INSERT INTO history (step, total) SELECT ?, count(*) FROM history");
    const body = (step: number, fails: boolean) => () => {
      for (const part of [0, 1, 2].slice(step % 3)) writeRecordedBy(add, [step * 10 + part]);
      if (fails) throw new Error("refused");
    };
    let seed = 1;
    const chance = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const steps = Array.from({ length: 640 }, (_, step) => ({ step, fails: chance() < 0.3 }));
    await Promise.allSettled(steps.map(({ step, fails }) => queue.add(body(step, fails))));
    const kept = steps.filter(({ fails }) => !fails);
    const expected = kept.flatMap(({ step }) =>
      [0, 1, 2].slice(step % 3).map((part) => step * 10 + part),
    );
    const rows = beside
      .prepare("SELECT position, step, total FROM history ORDER BY position")
      .all();
    expect(rows.map(({ step }) => step)).toEqual(expected);
    expect(rows.map(({ total }) => total)).toEqual(expected.map((_, index) => index));
    expect(rows.map(({ position }) => position)).toEqual(expected.map((_, index) => index + 1));
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
    // On a busy machine the three may take longer than a batch may; what counts is a time when they shared one.
    do {
      turns = 0;
      commits = 0;
      await Promise.all([0, 1, 2].map((id) => queue.add(() => slow(id))));
    } while (commits > 1);
    expect(turns).toBeGreaterThanOrEqual(2);
  });
});
