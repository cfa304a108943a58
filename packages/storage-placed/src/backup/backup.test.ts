import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { readContent } from "@tenantry/core";
import { fillTenant } from "@tenantry/storage-testkit";
import { tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { expect, onTestFinished, test } from "vitest";
import { openProcess, type Process, tenantId } from "../../test/installation.ts";
import { moveTenant, undoMove } from "../move/move-tenant.ts";
import { newDatabaseName } from "../place-server.ts";
import { backupPlacedFiles } from "./backup.ts";
import { filesIn } from "./placed-files.ts";
import { restorePlacedFiles } from "./restore.ts";

const programOf = (name: string) =>
  fileURLToPath(new URL(`../../test/${name}.ts`, import.meta.url));
const now = new Date("2026-03-01T12:00:00Z");
const dedicated = { server: "main" };
const otherId = "tenant-b";

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-backup-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function open(directory: string): Promise<Process> {
  const opened = await openProcess({ directory });
  onTestFinished(() => opened.storage.close());
  return opened;
}

const write = ({ storage }: Process, id: string) =>
  storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, id)));

/** An installation with two tenants, of whom the first has a database of its own. */
async function makeInstallation() {
  const directory = makeDirectory();
  const process = await open(directory);
  const { storage } = process;
  await storage.transaction(tenantId, (ports) => fillTenant(ports, tenantId));
  await storage.transaction(otherId, (ports) => ports.tenants.insert(tenantRecord(otherId)));
  await moveTenant(process.moveOptions(), dedicated);
  await write(process, "acknowledged");
  return { directory, process };
}

/** Runs a program to its end at the moment when the main database has been read, and no tenant's. */
function whenMainIsRead(run: () => void) {
  let isRun = false;
  return {
    onProgress() {
      if (!isRun) run();
      isRun = true;
    },
  };
}

function runProgram(name: string, directory: string, ...args: string[]): void {
  const installation = JSON.stringify({ directory });
  const { signal, status, stderr } = spawnSync(process.execPath, [
    programOf(name),
    installation,
    ...args,
  ]);
  if (signal === null && status !== 0) throw new Error(stderr.toString());
}

async function restoreElsewhere(backup: string): Promise<Process> {
  const directory = makeDirectory();
  restorePlacedFiles(backup, filesIn(directory), { now });
  return await open(directory);
}

test("takes along the database of a tenant that has one, and puts it back", async () => {
  const { directory, process } = await makeInstallation();
  const backup = join(makeDirectory(), "backup");
  const { bytes } = await backupPlacedFiles(filesIn(directory), backup);
  const files = ["tenantry.db", join("tenants", readdirSync(join(backup, "tenants"))[0] ?? "")];
  expect(bytes).toBe(files.reduce((sum, name) => sum + readFileSync(join(backup, name)).length, 0));
  const restored = await restoreElsewhere(backup);
  expect(await readContent(restored.storage, tenantId)).toEqual(
    await readContent(process.storage, tenantId),
  );
  await write(restored, "after");
});

test("is one file again when no tenant has a database of its own, in the place of the directory", async () => {
  const { directory, process } = await makeInstallation();
  const backup = join(makeDirectory(), "backup");
  await backupPlacedFiles(filesIn(directory), backup);
  await moveTenant(process.moveOptions(), "shared");
  await backupPlacedFiles(filesIn(directory), backup, { replace: true });
  const restored = await restoreElsewhere(backup);
  expect(await readContent(restored.storage, tenantId)).toEqual(
    await readContent(process.storage, tenantId),
  );
  await moveTenant(process.moveOptions(), dedicated);
  await backupPlacedFiles(filesIn(directory), backup, { replace: true });
  expect(readdirSync(backup).sort()).toEqual(["tenantry.db", "tenants"]);
});

/** Where a mover is killed; the last is never reached, so that it comes to its end. */
for (const step of ["announced", "fenced", "switched", "removed", "never"]) {
  test(`holds a tenant whole that another program moves back meanwhile, and is killed when it was ${step}`, async () => {
    const { directory } = await makeInstallation();
    const backup = join(makeDirectory(), "backup");
    const meanwhile = whenMainIsRead(() => runProgram("move-program", directory, "shared", step));
    await backupPlacedFiles(filesIn(directory), backup, meanwhile);
    const restored = await restoreElsewhere(backup);
    await undoMove(restored.moveOptions());
    expect(await restored.storage.committed.users.find(tenantId, "acknowledged")).toBeDefined();
    await write(restored, "after");
    expect(await restored.main.committed.moveRecords.find(tenantId)).toBeUndefined();
  });
}

for (const step of ["fenced", "switched"]) {
  test(`holds a tenant whole that another program moves out meanwhile, and is killed when it was ${step}`, async () => {
    const { directory, process } = await makeInstallation();
    await moveTenant(process.moveOptions(), "shared");
    const backup = join(makeDirectory(), "backup");
    const meanwhile = whenMainIsRead(() => runProgram("move-program", directory, "main", step));
    await backupPlacedFiles(filesIn(directory), backup, meanwhile);
    const again = `${backup}-later`;
    await backupPlacedFiles(filesIn(directory), again);
    for (const one of [backup, again]) {
      const restored = await restoreElsewhere(one);
      await undoMove(restored.moveOptions());
      expect(await restored.storage.committed.users.find(tenantId, "acknowledged")).toBeDefined();
      await write(restored, "after");
    }
  });
}

test("holds no slug twice that one tenant takes from another meanwhile", async () => {
  const { directory, process } = await makeInstallation();
  const { slug = "" } = (await process.main.committed.tenants.find(otherId)) ?? {};
  const backup = join(makeDirectory(), "backup");
  const renames = [`${otherId}=elsewhere`, `${tenantId}=${slug}`];
  const meanwhile = whenMainIsRead(() => runProgram("rename-program", directory, ...renames));
  await backupPlacedFiles(filesIn(directory), backup, meanwhile);
  const restored = await restoreElsewhere(backup);
  // Opening the tenant's database mends its copy in the main one.
  expect(await restored.storage.committed.tenants.find(tenantId)).toMatchObject({ slug });
  expect(await restored.main.committed.tenants.findBySlug(slug)).toMatchObject({ id: tenantId });
});

test("holds nothing of a tenant that is being made, of whom nobody was told", async () => {
  const { directory, process } = await makeInstallation();
  const moment = now.toISOString();
  const making = { tenant_id: "half", server: "main", database: newDatabaseName() };
  await process.main.transaction(null, (ports) =>
    ports.placements.insert({
      ...making,
      epoch: 1,
      state: "making",
      created_at: moment,
      updated_at: moment,
    }),
  );
  await process.server.make(making.database);
  const backup = join(makeDirectory(), "backup");
  await backupPlacedFiles(filesIn(directory), backup);
  expect(readdirSync(join(backup, "tenants"))).toHaveLength(1);
  const restored = await restoreElsewhere(backup);
  const { places } = restored.storage as typeof restored.storage & {
    places: { cleanUp(): Promise<void> };
  };
  await places.cleanUp();
  expect(await restored.main.committed.placements.find("half")).toBeUndefined();
  expect(await restored.storage.committed.users.find(tenantId, "acknowledged")).toBeDefined();
});

test("refuses where a tenant's file is not there, and names it", async () => {
  const { directory, process } = await makeInstallation();
  await process.storage.close();
  const [file = ""] = readdirSync(join(directory, "tenants")).filter((name) =>
    name.endsWith(".db"),
  );
  rmSync(join(directory, "tenants", file));
  const place = makeDirectory();
  const refused = backupPlacedFiles(filesIn(directory), join(place, "backup"));
  await expect(refused).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringContaining(file),
  });
  expect(readdirSync(place)).toEqual([]);
});

test("restores nothing of a backup that lacks a tenant's database or has a damaged one", async () => {
  const { directory } = await makeInstallation();
  const backup = join(makeDirectory(), "backup");
  await backupPlacedFiles(filesIn(directory), backup);
  const [file = ""] = readdirSync(join(backup, "tenants"));
  const path = join(backup, "tenants", file);
  const content = readFileSync(path);
  const target = makeDirectory();
  const files = filesIn(target);
  writeFileSync(path, content.subarray(0, content.length / 2));
  expect(() => restorePlacedFiles(backup, files, { now })).toThrow(/damaged/);
  rmSync(path);
  expect(() => restorePlacedFiles(backup, files, { now })).toThrow(/lacks the database/);
  // The main database by itself is no backup of an installation whose tenants' files are not there.
  const main = join(backup, "tenantry.db");
  expect(() => restorePlacedFiles(main, files, { now })).toThrow(/lacks the database/);
  expect(readdirSync(target)).toEqual([]);
});

test.each(["../stolen", "/etc/passwd", "t_../x", "", "T_ABC"])(
  "reads and writes no file by the name %j, whatever a backup says",
  async (name) => {
    const { directory } = await makeInstallation();
    const backup = join(makeDirectory(), "backup");
    await backupPlacedFiles(filesIn(directory), backup);
    const { main, tenants } = filesIn(backup);
    const [file = ""] = readdirSync(tenants);
    copyFileSync(join(tenants, file), join(backup, "stolen.db"));
    const db = new DatabaseSync(main);
    db.prepare("UPDATE placements SET database = ?").run(name);
    db.close();
    const elsewhere = makeDirectory();
    expect(() => restorePlacedFiles(backup, filesIn(elsewhere), { now })).toThrow(
      "is not a database of ours",
    );
    expect(readdirSync(elsewhere)).toEqual([]);
  },
);

test("says where a backup is that was set aside for one that never took its name, and puts it back", async () => {
  const { directory } = await makeInstallation();
  const place = makeDirectory();
  const backup = join(place, "backup");
  await backupPlacedFiles(filesIn(directory), backup);
  renameSync(backup, `${backup}.part.old`);
  const restore = () => restorePlacedFiles(backup, filesIn(makeDirectory()), { now });
  expect(restore).toThrow(`${backup}.part.old`);
  const again = backupPlacedFiles(filesIn(directory), backup);
  await expect(again).rejects.toThrow(/--force/);
  expect(readdirSync(place)).toEqual(["backup"]);
  expect(restore).not.toThrow();
});

test("puts tenants' databases in the place of others only when told to, and keeps those", async () => {
  const { directory, process } = await makeInstallation();
  const backup = join(makeDirectory(), "backup");
  await backupPlacedFiles(filesIn(directory), backup);
  await write(process, "later");
  const restore = (replace: boolean) =>
    restorePlacedFiles(backup, filesIn(directory), { replace, now });
  expect(() => restore(true)).toThrow(/is open in/);
  await process.storage.close();
  expect(() => restore(false)).toThrow(/--force/);
  const { keptAs, tenantsKeptAs } = restore(true);
  expect(existsSync(String(keptAs))).toBe(true);
  const restored = await open(directory);
  expect(await restored.storage.committed.users.find(tenantId, "later")).toBeUndefined();
  await restored.storage.close();
  // What was kept is whole as well.
  const kept = { main: String(keptAs), tenants: String(tenantsKeptAs) };
  const backupOfKept = join(makeDirectory(), "kept");
  await backupPlacedFiles(kept, backupOfKept);
  const old = await restoreElsewhere(backupOfKept);
  expect(await old.storage.committed.users.find(tenantId, "later")).toBeDefined();
  // Without a main database, files of tenants are in the way all the same.
  rmSync(join(directory, "tenantry.db"));
  expect(() => restore(false)).toThrow(/--force/);
});
