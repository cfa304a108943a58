import { tenantRecord } from "@tenantry/storage-testkit/records";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";
import { openWriterNote, type WriterNote } from "./writer-note.ts";

const nobodyKnown = "another program";

let directory: ReturnType<typeof openTemporary>;
let path: string;

beforeEach(() => {
  directory = openTemporary();
  path = directory.file("tenantry.db");
});

afterEach(() => directory.remove());

describe("the note of who writes", () => {
  let one: WriterNote;
  let other: WriterNote;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
    one = openWriterNote(path, "one");
    other = openWriterNote(path, "other");
  });

  afterEach(() => {
    one.close();
    other.close();
    vi.useRealTimers();
  });

  test.each(["take", "takeAgain"] as const)(
    "names the holder from %s on, for as long as it is held",
    (take) => {
      one[take]();
      expect(other.describeHolder()).toMatch(/^one \(process \d+, since /);
      vi.advanceTimersByTime(10_000);
      expect(other.describeHolder()).toMatch(/^one /);
    },
  );

  test("names nobody once the holder is done for a while, however often it wrote before", () => {
    for (let turn = 0; turn < 1_000; turn += 1) {
      one.takeAgain();
      vi.advanceTimersByTime(1);
      one.release();
    }
    // Its own note never misleads the one that is done.
    expect(one.describeHolder()).toBe(nobodyKnown);
    vi.advanceTimersByTime(200);
    expect(other.describeHolder()).toBe(nobodyKnown);
  });

  test("says since when, to a tenth of a second", () => {
    for (let turn = 0; turn < 999; turn += 1) {
      one.takeAgain();
      vi.advanceTimersByTime(1);
      one.release();
    }
    const taken = Date.now();
    one.takeAgain();
    const since = /since (.*)\)/.exec(other.describeHolder())?.[1] ?? "";
    expect(taken - Date.parse(since)).toBeLessThanOrEqual(100);
  });

  test("is not taken from the one that holds now by the one that is done", () => {
    one.take();
    one.release();
    other.take();
    vi.advanceTimersByTime(10_000);
    expect(one.describeHolder()).toMatch(/^other /);
  });

  test("names nobody after its program has closed it", () => {
    one.take();
    one.release();
    one.close();
    expect(other.describeHolder()).toBe(nobodyKnown);
    one = openWriterNote(path, "one");
  });
});

test("names the program that writes, not the one that wrote a moment before", async () => {
  const one = await openSqliteStorage({ path, program: "one" });
  const other = await openSqliteStorage({ path, program: "other" });
  const reader = openWriterNote(path, "reader");
  const holders: string[] = [];
  for (const [turn, storage] of [one, other, one, other].entries()) {
    await storage.transaction(null, async (ports) => {
      await ports.tenants.insert(tenantRecord(`ten_${turn}`));
      holders.push(reader.describeHolder().split(" ")[0] as string);
    });
  }
  expect(holders).toEqual(["one", "other", "one", "other"]);
  reader.close();
  await one.close();
  await other.close();
});
