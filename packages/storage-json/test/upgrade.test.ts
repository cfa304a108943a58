import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import {
  addMember,
  addTeamMember,
  createOrganization,
  createTeam,
  createUser,
  getOrganization,
  grantTenantAdministrator,
  listEvents,
  verifyChains,
} from "@tenantry/core";
import { migrations } from "@tenantry/storage-sql";
import { expect, test } from "vitest";
import type { FileRow } from "../src/file-rows.ts";
import { firstSum, type JournalEntry, readLine, writeLine } from "../src/journal-lines.ts";
import { createMemory } from "../src/memory.ts";
import { openJson } from "./open-json.ts";
import { edit, member, readLists } from "./source-directory.ts";
import { type Content, contentOf, makeDirectory, writeContent } from "./temporary-directory.ts";

/** The columns of the tables as the first release had them. */
async function columnsOfFirst(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const memory = await createMemory("", migrations.slice(0, 1));
  const tables = [...memory.tables.values()].map(({ table }) => table);
  memory.close();
  return new Map(tables.map(({ name, columns }) => [name, new Set(columns)]));
}

/** The content as the first release would have written it: without what the migrations since have added. */
async function asFirstRelease(content: Content): Promise<Content> {
  const columns = await columnsOfFirst();
  const strip = (table: string, row: FileRow) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => columns.get(table)?.has(name)));
  const users = content["tenantry/tables/users.json"];
  const administrators = users && {
    "tenantry/tables/tenant_user_roles.json": JSON.stringify(administratorsIn(JSON.parse(users))),
  };
  const converted = Object.entries(content).map(([name, text]) => {
    const table = /^tenantry\/(?:tables|secrets)\/(\w+)\.json$/.exec(name)?.[1];
    if (table !== undefined) {
      return [name, JSON.stringify(JSON.parse(text).map((row: FileRow) => strip(table, row)))];
    }
    if (name === "tenantry/journal.jsonl") return [name, convertJournal(text, strip)];
    if (name !== "tenantry/format.json") return [name, text];
    const first = migrations.slice(0, 1).map((one) => one.name);
    return [name, JSON.stringify({ format: 1, migrations: first })];
  });
  return { ...Object.fromEntries(converted), ...administrators };
}

/** The first release had a table of them. */
function administratorsIn(users: readonly FileRow[]): readonly FileRow[] {
  return users
    .filter((user) => user.is_tenant_administrator === 1)
    .map(({ tenant_id, id, created_at }) => ({
      tenant_id,
      user_id: id,
      role: "administrator",
      created_at,
    }));
}

function convertJournal(text: string, strip: (table: string, row: FileRow) => FileRow): string {
  let read = firstSum;
  let written = firstSum;
  let converted = "";
  for (const line of text.trimEnd().split("\n")) {
    const { entry, sum } = readLine(line, read) ?? {};
    if (entry === undefined || sum === undefined) throw new Error("A line that is none");
    read = sum;
    const next = writeLine(
      "put" in entry ? { ...entry, put: stripAll(entry.put, strip) } : entry,
      written,
    );
    written = next.sum;
    converted += next.line.toString();
  }
  return converted;
}

function stripAll(
  put: Extract<JournalEntry, { put: unknown }>["put"],
  strip: (table: string, row: FileRow) => FileRow,
) {
  const stripped = Object.entries(put).map(([table, rows]) => [
    table,
    rows.map((row) => strip(table, row)),
  ]);
  return {
    ...Object.fromEntries(stripped),
    tenant_user_roles: administratorsIn(put.users ?? []),
  };
}

/** A directory with something in it, as it is while it is open (the journal has the most of it) and when it is closed. */
async function makeContent() {
  const directory = makeDirectory();
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  for (const id of ["ann", "bob"]) await createUser(ctx, { id });
  const { id } = await createOrganization(ctx, { name: "Acme", owner_user_id: "ann" });
  await addMember(ctx, id, { user_id: "bob", role: "admin" });
  await grantTenantAdministrator(ctx, "ann");
  const team = await createTeam(ctx, id, { name: "Crew", roles: ["developer"] });
  await addTeamMember(ctx, id, team.id, { user_id: "bob" });
  const open = contentOf(directory);
  await tenantry.close();
  return { id, open, closed: contentOf(directory) };
}

async function expectUpgraded(directory: string, id: string): Promise<void> {
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  expect(await getOrganization(ctx, id)).toMatchObject({
    name: "Acme",
    stats: { member_count: 2 },
  });
  const { committed } = tenantry.engine.storage;
  expect((await verifyChains(committed, ctx.tenantId)).faults).toEqual([]);
  const { items } = await listEvents(ctx, id);
  expect(items.map(({ type }) => type)).not.toContain("imported");
  expect(await committed.users.isTenantAdministrator(ctx.tenantId, "ann")).toBe(true);
  const access = await committed.access.findAccess(ctx.tenantId, id, "bob");
  expect(access?.roles.map(({ key }) => key)).toEqual(["admin", "developer"]);
  await createOrganization(ctx, { name: "Next" });
  await tenantry.close();
}

test.each(["open", "closed"] as const)(
  "opens what the first release wrote, and was %s at its end, and brings it to this schema",
  async (state) => {
    const { id, closed, ...content } = await makeContent();
    const directory = makeDirectory();
    writeContent(directory, await asFirstRelease({ closed, ...content }[state]));
    await expectUpgraded(directory, id);
    const upgraded = contentOf(directory);
    const names = migrations.map(({ name }) => name);
    expect(JSON.parse(upgraded["tenantry/format.json"] ?? "").migrations).toEqual(names);
    const tenants = JSON.parse(upgraded["tenantry/tables/tenants.json"] ?? "");
    expect(tenants).toMatchObject([{ slug: "default", name_key: "default" }]);
    for (const table of ["users", "memberships"]) {
      const name = `tenantry/tables/${table}.json`;
      expect(upgraded[name]).toBe(closed[name]);
    }
    expect(Object.keys(upgraded)).not.toContain("tenantry/tables/tenant_user_roles.json");
  },
);

test("takes in what somebody else wrote since the first release had the directory open", async () => {
  const { id, closed } = await makeContent();
  const directory = makeDirectory();
  writeContent(directory, await asFirstRelease(closed));
  edit(directory, (_, lists) => {
    lists[id]?.push(member(id, "cleo"));
  });
  const tenantry = await openJson(directory);
  const { items } = await listEvents(tenantry.context(), id);
  expect(items.filter(({ type }) => type === "imported")).toHaveLength(1);
  expect(readLists(directory)[id]?.map((one) => one.user_id)).toEqual(["ann", "bob", "cleo"]);
});

test("goes on where it ended between the files that it replaces", async () => {
  const { id, closed } = await makeContent();
  const directory = makeDirectory();
  writeContent(directory, await asFirstRelease(closed));
  await (await openJson(directory)).close();
  const after = contentOf(directory);
  const crashed = makeDirectory();
  writeContent(crashed, await asFirstRelease(closed));
  const names = Object.keys(after).filter((name) => /tables|secrets|journal/.test(name));
  for (const [index, name] of names.entries()) {
    const path = join(crashed, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.tmp`, after[name] ?? "");
    if (index % 2 === 0) renameSync(`${path}.tmp`, path);
  }
  const format = JSON.parse(readFileSync(join(directory, "tenantry/format.json"), "utf8"));
  const replacing = names.map((name) => name.slice("tenantry/".length));
  const removing = ["tables/tenant_user_roles.json"];
  writeFileSync(
    join(crashed, "tenantry/format.json"),
    JSON.stringify({ ...format, replacing, removing }),
  );
  await expectUpgraded(crashed, id);
  expect(existsSync(join(crashed, "tenantry/tables/tenant_user_roles.json"))).toBe(false);
  for (const name of names) expect(existsSync(join(crashed, `${name}.tmp`))).toBe(false);
  expect(readFileSync(join(crashed, "tenantry/format.json"), "utf8")).not.toContain("replacing");
});

test.each(["replacing", "removing"])(
  "touches no file outside the directory that its format file names for %s",
  async (list) => {
    const directory = makeDirectory();
    await (await openJson(directory)).close();
    const outside = join(makeDirectory(), "kept.json");
    writeFileSync(outside, "kept");
    writeFileSync(`${outside}.tmp`, "not kept");
    const path = join(directory, "tenantry/format.json");
    const format = JSON.parse(readFileSync(path, "utf8"));
    const foreign = relative(join(directory, "tenantry"), outside);
    const lists = { replacing: ["tables/users.json"], [list]: [foreign] };
    writeFileSync(path, JSON.stringify({ ...format, ...lists }));
    await expect(openJson(directory)).rejects.toMatchObject({ code: "storage_damaged" });
    expect(readFileSync(outside, "utf8")).toBe("kept");
  },
);
