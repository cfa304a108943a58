import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { fixture, makeDirectory, run, runJson, start } from "./run-command-line.ts";

/** A file whose import takes long enough to be interrupted in the middle. */
function writeLargeFile(directory: string): string {
  const people = Array.from({ length: 3000 }, (_, index) => `person-${index}`);
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

/** Resolves while the import holds the database's writer lock: it names itself in the file beside the database. */
async function untilWriting(directory: string): Promise<void> {
  const note = join(directory, "data", "tenantry.db.writer");
  for (;;) {
    const text = existsSync(note) ? readFileSync(note, "utf8") : "";
    if (text.startsWith("1") && text.includes("tenantry import")) return;
    await nextTurn();
  }
}

for (const signal of ["SIGKILL", "SIGINT", "SIGTERM"] as const) {
  test(`leaves nothing of an import that ${signal} ends, and a new run completes it`, async () => {
    const directory = makeDirectory();
    const file = writeLargeFile(directory);
    // Made before, so that the import holds the lock for nothing but its own transaction.
    await run(directory, ["migrate"]);
    const before = await runJson(directory, ["audit", "verify"]);
    const { child, ended } = start(directory, ["import", file]);
    await untilWriting(directory);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal, stdout: "" });

    expect((await runJson(directory, ["org", "list"])).items).toEqual([]);
    expect(await runJson(directory, ["audit", "verify"])).toEqual(before);
    const report = await runJson(directory, ["import", file]);
    expect(report.counts.memberships.created).toBe(9000);
    expect(report.counts.users.created).toBe(3000);
    expect((await runJson(directory, ["audit", "verify"])).verified).toBe(true);
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
