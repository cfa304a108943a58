import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { fixture, makeDirectory, run, runJson, start } from "./run-command-line.ts";

/** A file whose import takes long enough to be interrupted in the middle. */
function writeLargeFile(directory: string): string {
  const people = Array.from({ length: 1000 }, (_, index) => `person-${index}`);
  const organizations = ["one", "two", "three"].map((login) => ({
    login,
    name: login,
    admins: people.slice(0, 1),
    members: people.slice(1),
    teams: [{ name: "all", members: people }],
  }));
  const path = join(directory, "large.json");
  writeFileSync(path, JSON.stringify({ organizations }));
  return path;
}

/** Whether the import holds the database's writer lock: it names itself in the file beside the database. */
function isWriting(directory: string): boolean {
  const note = join(directory, "data", "tenantry.db.writer");
  const text = existsSync(note) ? readFileSync(note, "utf8") : "";
  return text.startsWith("1") && text.includes("tenantry import");
}

async function untilWriting(directory: string): Promise<void> {
  while (!isWriting(directory)) await nextTurn();
}

/** When in the transaction the signal comes: after so many looks at the lock, so at its beginning and further on. */
const moments = [
  ["SIGKILL", 0],
  ["SIGKILL", 1000],
  ["SIGKILL", 4000],
  ["SIGINT", 300],
  ["SIGTERM", 300],
] as const;

for (const [signal, looks] of moments) {
  test(`leaves nothing of an import that ${signal} ends after ${looks} looks, and a new run completes it`, async () => {
    const directory = makeDirectory();
    const file = writeLargeFile(directory);
    // Made before, so that the import holds the lock for nothing but its own transaction.
    await run(directory, ["migrate"]);
    const before = await runJson(directory, ["audit", "verify"]);
    const { child, ended } = start(directory, ["import", file]);
    await untilWriting(directory);
    for (let look = 0; look < looks && isWriting(directory); look += 1) await nextTurn();
    child.kill(signal);
    const { code } = await ended;

    // On a fast machine it may have been done by then; half of it is never there.
    const isDone = (await runJson(directory, ["org", "list"])).items.length > 0;
    if (looks === 0) expect({ isDone, code }).toEqual({ isDone: false, code: null });
    const after = await runJson(directory, ["audit", "verify"]);
    expect(after.verified).toBe(true);
    expect(after.events - before.events).toBe(isDone ? 3 + 1000 + 3000 + 3 + 3000 : 0);
    const { counts } = await runJson(directory, ["import", file]);
    expect(counts.memberships.created).toBe(isDone ? 0 : 3000);
    const complete = await runJson(directory, ["audit", "verify"]);
    expect(complete.events - before.events).toBe(3 + 1000 + 3000 + 3 + 3000);
  });
}

test("takes the file of an interrupted export away with it", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", writeLargeFile(directory)]);
  const { child, ended } = start(directory, ["export", "--out", "all.json"]);
  while (!readdirSync(directory).includes("all.json.part")) await nextTurn();
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ signal: "SIGINT" });
  expect(readdirSync(directory).filter((name) => name.startsWith("all.json"))).toEqual([]);
});

test("takes it for no fault that whoever reads stops reading", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  const { child, ended } = start(directory, ["export"]);
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});
