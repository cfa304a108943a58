import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  createOrganization,
  listEvents,
  listOrganizations,
  openPage,
  verifyChains,
} from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, test } from "vitest";
import { openJson } from "./open-json.ts";
import { edit, readLists, readOrganizations } from "./source-directory.ts";
import { makeDirectory } from "./temporary-directory.ts";

const program = fileURLToPath(new URL("./creating-program.ts", import.meta.url));

/** Runs a program that creates organizations, and gives their ids when it has ended. */
async function createIn(directory: string, prefix: string, many: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, directory, prefix, String(many)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ids: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) ids.push(line);
  expect(child.exitCode ?? 0).toBe(0);
  return ids;
}

test("loses nothing when three programs write at once", async () => {
  const directory = makeDirectory();
  const made = await Promise.all(["a", "b", "c"].map((name) => createIn(directory, name, 40)));
  const ids = made.flat().sort();
  expect(new Set(ids).size).toBe(120);
  expect(Object.keys(readOrganizations(directory)).sort()).toEqual(ids);
  for (const list of Object.values(readLists(directory))) expect(list).toHaveLength(1);
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  expect(openPage(await listOrganizations(ctx, { limit: 200 })).items).toHaveLength(120);
  expect((await listEvents(ctx, ids[0] ?? "")).items.map(({ type }) => type)).toEqual([
    "organization.created",
    "member.added",
  ]);
  const { committed } = tenantry.engine.storage;
  expect((await verifyChains(committed, ctx.tenantId)).faults).toEqual([]);
}, 60_000);

test("names the program that holds the directory for too long", async () => {
  const directory = makeDirectory();
  const holder = await openTenantry({ databaseUrl: `json:${directory}`, program: "the holder" });
  const waiting = await openTenantry({ databaseUrl: `json:${directory}`, busyTimeoutMs: 50 });
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = () => {};
  const holding = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  const beforeCommit = async () => {
    isHeld();
    await held;
  };
  const transaction = holder.engine.storage.transaction(null, () => {}, { beforeCommit });
  await holding;
  const refused = createOrganization(waiting.context(), { name: "Acme" });
  await expect(refused).rejects.toMatchObject({ code: "storage_busy" });
  await expect(refused).rejects.toThrow(/held by the holder \(process \d+/);
  release();
  await transaction;
  await createOrganization(waiting.context(), { name: "Acme" });
  await waiting.close();
  await holder.close();
});

test("follows a program that has begun another journal, and one that took an edit in", async () => {
  const directory = makeDirectory();
  const one = await openJson(directory);
  const { id } = await createOrganization(one.context(), { name: "First" });
  // Each of these ends with its journal written into the tables' files.
  await createIn(directory, "a", 3);
  edit(directory, (organizations) => {
    const first = organizations[id];
    if (first !== undefined) first.name = "First & Sons";
  });
  await createIn(directory, "b", 3);
  await createIn(directory, "c", 3);
  const { items } = openPage<{ name: string }>(await listOrganizations(one.context(), {}));
  expect(items).toHaveLength(10);
  expect(items[0]?.name).toBe("First & Sons");
  await createOrganization(one.context(), { name: "Last" });
  expect(Object.keys(readOrganizations(directory))).toHaveLength(11);
}, 60_000);
