import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import {
  createOrganization,
  createUser,
  listOrganizations,
  openPage,
  verifyChains,
} from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, test } from "vitest";
import { layoutOf } from "../src/directory-layout.ts";
import { openExclusiveLock } from "../src/exclusive-lock.ts";
import { backupJsonDirectory, openJsonStorage, restoreJsonDirectory } from "../src/index.ts";
import { isOpen, keepClosed } from "../src/open-mark.ts";
import { openJson } from "./open-json.ts";
import { member, organization, writeSource } from "./source-directory.ts";
import { contentOf, makeDirectory, writeContent } from "./temporary-directory.ts";

const creatingProgram = fileURLToPath(new URL("./creating-program.ts", import.meta.url));
const backupProgram = fileURLToPath(new URL("./backup-program.ts", import.meta.url));
const openingProgram = fileURLToPath(new URL("./opening-program.ts", import.meta.url));
const now = new Date("2026-03-01T12:00:00Z");

/** A directory with one organization in it, which nobody has open. */
async function makeClosed(directory = makeDirectory(), name = "Acme"): Promise<string> {
  const tenantry = await openTenantry({ databaseUrl: `json:${directory}` });
  const owner = await createUser(tenantry.context(), {});
  await createOrganization(tenantry.context(), { name, owner_user_id: owner.id });
  await tenantry.close();
  return directory;
}

/** The names of the organizations in a directory whose chains verify. */
async function namesIn(directory: string): Promise<readonly string[]> {
  const tenantry = await openTenantry({ databaseUrl: `json:${directory}` });
  const ctx = tenantry.context();
  const { faults } = await verifyChains(tenantry.engine.storage.committed, ctx.tenantId);
  expect(faults).toEqual([]);
  const { items } = openPage<{ name: string }>(await listOrganizations(ctx, { limit: 200 }));
  await tenantry.close();
  return items.map(({ name }) => name);
}

test("a backup that is taken while another program writes has everything acknowledged before it, and its chains verify", async () => {
  const directory = await makeClosed();
  const child = spawn(process.execPath, [creatingProgram, directory, "n", "120"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const place = makeDirectory();
  const backups: { file: string; acknowledged: string[] }[] = [];
  const acknowledged: string[] = [];
  for await (const id of createInterface({ input: child.stdout })) {
    acknowledged.push(id);
    if (acknowledged.length % 20 !== 5) continue;
    const file = join(place, `backup-${backups.length}`);
    backups.push({ file, acknowledged: [...acknowledged] });
    await backupJsonDirectory(directory, file);
  }
  expect(backups).toHaveLength(6);
  for (const { file, acknowledged: before } of backups) {
    const restored = join(makeDirectory(), "restored");
    await restoreJsonDirectory(file, restored, { now });
    const tenantry = await openJson(restored);
    const ctx = tenantry.context();
    const { items } = openPage<{ id: string }>(await listOrganizations(ctx, { limit: 200 }));
    const ids = items.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(before));
    const { faults } = await verifyChains(tenantry.engine.storage.committed, ctx.tenantId);
    expect(faults).toEqual([]);
  }
}, 60_000);

test("a backup waits while another program writes", async () => {
  const directory = await makeClosed();
  const backup = join(makeDirectory(), "backup");
  const users = join(directory, "tenantry", "tables", "users.json");
  const { lock: path } = layoutOf(directory);
  const lock = openExclusiveLock(path, directory, "the writer", 5000);
  expect(lock.tryTake()).toBe(true);
  const content = readFileSync(users);
  writeFileSync(users, "[{");
  const waiting = backupJsonDirectory(directory, backup);
  // It has begun, and has all but the lock.
  while (!existsSync(`${backup}.part`)) await nextTurn();
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  writeFileSync(users, content);
  lock.release();
  lock.close();
  await waiting;
  expect(contentOf(backup)).toEqual(contentOf(directory));
});

test("a restored directory has the very files of the one that was backed up, for their owner alone", async () => {
  const directory = await makeClosed();
  const [backup, restored] = [join(makeDirectory(), "backup"), join(makeDirectory(), "a", "b")];
  const { bytes } = await backupJsonDirectory(directory, backup);
  expect(await restoreJsonDirectory(backup, restored, { now })).toEqual({ keptAs: null });
  expect(contentOf(backup)).toEqual(contentOf(directory));
  expect(contentOf(restored)).toEqual(contentOf(directory));
  expect(bytes).toBe(Object.values(contentOf(directory)).join("").length);
  for (const path of [backup, join(backup, "tenantry", "secrets"), restored]) {
    expect(statSync(path).mode & 0o777).toBe(0o700);
  }
  expect(statSync(join(backup, "org_users.json")).mode & 0o777).toBe(0o600);
  expect(await namesIn(restored)).toEqual(["Acme"]);
});

test("a directory of the Python module is backed up and restored before it was ever opened", async () => {
  const directory = makeDirectory();
  const users = [member("org_theirs", "ann", "owner")];
  writeSource(directory, { org_theirs: organization("org_theirs") }, { org_theirs: users });
  const before = contentOf(directory);
  const [backup, restored] = [join(makeDirectory(), "backup"), join(makeDirectory(), "restored")];
  await backupJsonDirectory(directory, backup);
  expect(contentOf(directory)).toEqual(before);
  await restoreJsonDirectory(backup, restored, { now });
  expect(contentOf(restored)).toMatchObject(before);
  expect(await namesIn(restored)).toEqual(["Name of org_theirs"]);
});

test("a damaged directory gives no backup, and a damaged backup is not restored", async () => {
  const directory = await makeClosed();
  const place = makeDirectory();
  const backup = join(place, "backup");
  await backupJsonDirectory(directory, backup);
  for (const damaged of [directory, backup]) {
    writeFileSync(join(damaged, "tenantry", "tables", "users.json"), "[{");
  }
  const refusal = { code: "storage_damaged", message: expect.stringContaining("users.json") };
  await expect(backupJsonDirectory(directory, join(place, "another"))).rejects.toMatchObject(
    refusal,
  );
  const target = join(place, "target");
  await expect(restoreJsonDirectory(backup, target, { now })).rejects.toMatchObject(refusal);
  expect(readdirSync(place)).toEqual(["backup"]);
});

test("a backup replaces another one when told to, and never what it is a backup of or a directory that holds anything else", async () => {
  const directory = await makeClosed();
  const place = makeDirectory();
  const backup = join(place, "backup");
  await backupJsonDirectory(directory, backup);
  const first = contentOf(backup);
  await expect(backupJsonDirectory(directory, backup)).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringContaining("--force"),
  });
  await makeClosed(directory, "Later");
  await backupJsonDirectory(directory, backup, { replace: true });
  expect(contentOf(backup)).toEqual(contentOf(directory));
  expect(contentOf(backup)).not.toEqual(first);
  expect(readdirSync(place)).toEqual(["backup"]);

  const other = await makeClosed(makeDirectory(), "Other");
  writeFileSync(join(backup, "mine.txt"), "mine");
  for (const target of [directory, other, backup]) {
    const before = contentOf(target);
    await expect(backupJsonDirectory(directory, target, { replace: true })).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    expect(contentOf(target)).toEqual(before);
  }
});

test("a restore refuses a directory that has anything in it, and when told to keeps what was there", async () => {
  const backup = join(makeDirectory(), "backup");
  await backupJsonDirectory(await makeClosed(), backup);
  const directory = await makeClosed(undefined, "Newer");
  const before = contentOf(directory);
  await expect(restoreJsonDirectory(backup, directory, { now })).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringContaining("--force"),
  });
  expect(contentOf(directory)).toEqual(before);
  const { keptAs } = await restoreJsonDirectory(backup, directory, { replace: true, now });
  expect(contentOf(String(keptAs))).toEqual(before);
  expect(await namesIn(directory)).toEqual(["Acme"]);
  rmSync(String(keptAs), { recursive: true });

  const foreign = makeDirectory();
  writeContent(foreign, { "notes.txt": "mine" });
  await expect(restoreJsonDirectory(backup, foreign, { replace: true, now })).rejects.toMatchObject(
    { code: "storage_unavailable" },
  );
  expect(contentOf(foreign)).toEqual({ "notes.txt": "mine" });
});

test("a restore refuses a directory that a program has open, and leaves it as it is", async () => {
  const backup = join(makeDirectory(), "backup");
  const directory = await makeClosed();
  await backupJsonDirectory(directory, backup);
  const tenantry = await openJson(directory);
  await createOrganization(tenantry.context(), { name: "Newer than the backup" });
  await expect(
    restoreJsonDirectory(backup, directory, { replace: true, now }),
  ).rejects.toMatchObject({
    code: "storage_busy",
    message: expect.stringContaining("stop every program"),
  });
  await createOrganization(tenantry.context(), { name: "Newer still" });
  await tenantry.close();
  expect(await namesIn(directory)).toHaveLength(3);
});

test("a program that waits to open a directory works in none that has been replaced meanwhile", async () => {
  const [directory, another] = [await makeClosed(), await makeClosed(undefined, "Another")];
  const layout = layoutOf(directory);
  const mark = keepClosed(layout);
  const child = spawn(process.execPath, [openingProgram, directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("opening");
  // By then it waits, as a rule; where it does not yet, it opens the other one.
  for (let turn = 0; turn < 200; turn += 1) await nextTurn();
  renameSync(directory, join(makeDirectory(), "replaced"));
  renameSync(another, directory);
  mark?.close();
  const outcome = (await lines.next()).value;
  if (outcome === "opened") expect(isOpen(layout)).toBe(true);
  else expect(outcome).toBe("storage_busy");
  child.stdin.end("close");
  await once(child, "exit");
});

/** Runs the program to its end, or to the call that kills it. */
async function runToCall(what: string, from: string, to: string, call: string, number: number) {
  const args = [backupProgram, what, from, to, call, String(number)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const [code, signal] = await once(child, "exit");
  expect(signal ?? code).toBe(signal === null ? 0 : "SIGKILL");
  return signal !== null;
}

test("a backup that is killed anywhere leaves nothing that can be taken for one, and can be taken again", async () => {
  const directory = await makeClosed();
  const place = makeDirectory();
  const backup = join(place, "backup");
  const part = `${backup}.part`;
  let halves = 0;
  for (const [call, step] of [
    ["copyFileSync", 8],
    ["renameSync", 1],
  ] as const) {
    for (
      let number = 0;
      await runToCall("backup", directory, backup, call, number);
      number += step
    ) {
      expect(existsSync(backup)).toBe(false);
      // An opening leaves its locks behind, whatever comes of it.
      const copy = makeDirectory();
      cpSync(part, copy, { recursive: true });
      const outcomes = await Promise.allSettled([
        restoreJsonDirectory(part, join(place, `${call}-${number}`), { now }),
        openJsonStorage({ directory: copy }).then((storage) => storage.close()),
      ]);
      const isWhole = isDeepStrictEqual(contentOf(part), contentOf(directory));
      const damaged = { status: "rejected", reason: { code: "storage_damaged" } };
      expect(outcomes).toMatchObject(Array(2).fill(isWhole ? { status: "fulfilled" } : damaged));
      if (!isWhole) halves += 1;
    }
    expect(contentOf(backup)).toEqual(contentOf(directory));
    rmSync(backup, { recursive: true });
  }
  expect(halves).toBeGreaterThan(2);
}, 60_000);

test("a backup that is killed while it replaces another leaves the old one or the new, and says where", async () => {
  const directory = await makeClosed();
  const old = join(makeDirectory(), "old");
  await backupJsonDirectory(directory, old);
  const oldContent = contentOf(old);
  await makeClosed(directory, "Later");
  const newContent = contentOf(directory);
  const found: string[] = [];
  for (let number = 0; ; number += 1) {
    const place = makeDirectory();
    const backup = join(place, "backup");
    cpSync(old, backup, { recursive: true });
    if (!(await runToCall("replace", directory, backup, "renameSync", number))) break;
    const isThere = existsSync(backup);
    found.push(isThere ? "at its place" : "set aside");
    if (!isThere) {
      const restoring = restoreJsonDirectory(backup, join(place, "restored"), { now });
      await expect(restoring).rejects.toMatchObject({
        code: "storage_unavailable",
        message: expect.stringContaining(`${backup}.part.old`),
      });
    }
    // Whoever takes a backup next puts it back before anything else.
    await expect(backupJsonDirectory(directory, backup)).rejects.toThrow(/--force/);
    expect([oldContent, newContent]).toContainEqual(contentOf(backup));
    await backupJsonDirectory(directory, backup, { replace: true });
    expect(contentOf(backup)).toEqual(newContent);
    expect(readdirSync(place)).toEqual(["backup"]);
  }
  expect(new Set(found)).toEqual(new Set(["at its place", "set aside"]));
}, 60_000);

test("a backup removes what it replaced where it was killed before it could, and nothing else of that name", async () => {
  const directory = await makeClosed();
  const place = makeDirectory();
  const backup = join(place, "backup");
  await backupJsonDirectory(directory, backup);
  const aside = `${backup}.part.old`;
  cpSync(backup, aside, { recursive: true });
  writeFileSync(join(aside, "mine.txt"), "mine");
  await expect(backupJsonDirectory(directory, backup, { replace: true })).rejects.toThrow(
    /mine.txt/,
  );
  rmSync(join(aside, "mine.txt"));
  await backupJsonDirectory(directory, backup, { replace: true });
  expect(readdirSync(place)).toEqual(["backup"]);
});

test("a restore that is killed anywhere leaves the old directory, the new one or none, and both are there", async () => {
  const backup = join(makeDirectory(), "backup");
  await backupJsonDirectory(await makeClosed(), backup);
  const old = await makeClosed(undefined, "Old");
  const [oldContent, newContent] = [contentOf(old), contentOf(backup)];
  let kills = 0;
  for (const [call, step] of [
    ["copyFileSync", 16],
    ["renameSync", 1],
  ] as const) {
    for (let number = 0; ; number += step) {
      const place = join(makeDirectory(), "place");
      mkdirSync(place);
      writeContent(place, oldContent);
      const isKilled = await runToCall("restore", backup, place, call, number);
      const [kept] = readdirSync(join(place, "..")).filter((name) => name.includes(".replaced-"));
      const oldPlace = kept === undefined ? place : join(place, "..", kept);
      expect(contentOf(oldPlace)).toEqual(oldContent);
      if (kept !== undefined && existsSync(place)) expect(contentOf(place)).toEqual(newContent);
      if (!isKilled) break;
      kills += 1;
      const now = new Date();
      await restoreJsonDirectory(backup, place, { replace: true, now });
      expect(contentOf(place)).toEqual(newContent);
    }
  }
  expect(kills).toBeGreaterThan(3);
}, 60_000);
