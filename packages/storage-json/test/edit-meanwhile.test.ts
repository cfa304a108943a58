import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  addMember,
  createOrganization,
  createUser,
  getOrganization,
  listEvents,
  type Ports,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { commitToDirectory } from "../src/commit.ts";
import { layoutOf } from "../src/directory-layout.ts";
import type { Journal } from "../src/journal.ts";
import { loadDirectory } from "../src/load-directory.ts";
import { createMemory } from "../src/memory.ts";
import { openJson } from "./open-json.ts";
import { edit, member, organization, readLists, readOrganizations } from "./source-directory.ts";
import { makeDirectory } from "./temporary-directory.ts";

async function makeOrganization(tenantry: Tenantry): Promise<string> {
  const ctx = tenantry.context();
  for (const id of ["ann", "bob"]) await createUser(ctx, { id });
  const { id } = await createOrganization(ctx, { name: "Acme", owner_user_id: "ann" });
  return id;
}

/** A write that shows in `organizations.json`. */
async function writeOurs(ports: Ports, tenantId: string, id: string): Promise<void> {
  const record = await ports.organizations.lock(tenantId, id);
  if (record === undefined) throw new Error("There is no organization");
  await ports.organizations.update({ ...record, stripe_customer_id: "cus_ours" });
}

/** Somebody else's edit: a new organization, or a new member in the other file. */
const edits = {
  "the file that the write changes": (directory: string) =>
    edit(directory, (organizations, lists) => {
      organizations.org_theirs = organization("org_theirs");
      lists.org_theirs = [];
    }),
  "the other file": addBob,
} as const;

/** Touches the one file alone. */
function addBob(directory: string, id: string): void {
  const lists = readLists(directory);
  lists[id]?.push(member(id, "bob", "billing_admin"));
  writeFileSync(join(directory, "org_users.json"), JSON.stringify(lists, null, 2));
}

/** Whether both hands' work is in the files, and in what the program knows. */
async function expectBoth(
  directory: string,
  tenantry: Tenantry,
  id: string,
  what: keyof typeof edits,
): Promise<void> {
  const ctx = tenantry.context();
  await tenantry.engine.storage.catchUp(ctx.tenantId, true);
  const isOther = what === "the other file";
  expect(Object.keys(readOrganizations(directory))).toEqual(isOther ? [id] : [id, "org_theirs"]);
  const users = isOther ? ["ann", "bob"] : ["ann"];
  expect(readLists(directory)[id]?.map((one) => one.user_id)).toEqual(users);
  expect(readOrganizations(directory)[id]).toMatchObject({ stripe_customer_id: "cus_ours" });
  const stats = { member_count: users.length };
  expect(await getOrganization(ctx, id)).toMatchObject({ stripe_customer_id: "cus_ours", stats });
  const { items } = await listEvents(ctx, isOther ? id : "org_theirs");
  expect(items.filter(({ type }) => type === "imported")).toHaveLength(1);
}

for (const what of Object.keys(edits) as (keyof typeof edits)[]) {
  test(`keeps an edit of ${what} that is made between a write's look at the files and their replacement`, async () => {
    const directory = makeDirectory();
    const tenantry = await openJson(directory);
    const id = await makeOrganization(tenantry);
    const { tenantId } = tenantry.context();
    await tenantry.engine.storage.transaction(tenantId, async (ports) => {
      await writeOurs(ports, tenantId, id);
      edits[what](directory, id);
    });
    await expectBoth(directory, tenantry, id, what);
    await addMember(tenantry.context(), id, {
      user_id: (await createUser(tenantry.context(), {})).id,
    });
    expect(readLists(directory)[id]).toHaveLength(what === "the other file" ? 3 : 2);
  });

  test(`keeps an edit of ${what} that is made when the journal has the write already`, async () => {
    const directory = makeDirectory();
    const before = await openJson(directory);
    const id = await makeOrganization(before);
    const { tenantId } = before.context();
    await before.close();
    await writeWithEdit(directory, tenantId, id, () => edits[what](directory, id));
    await expectBoth(directory, await openJson(directory), id, what);
  });
}

test("keeps a write that comes between the first and the second file of somebody else's edit", async () => {
  const directory = makeDirectory();
  const before = await openJson(directory);
  const id = await makeOrganization(before);
  const { tenantId } = before.context();
  await before.close();
  // They read both files, and write them one after another: the second as it was, and one organization more.
  const organizations = readOrganizations(directory);
  organizations.org_theirs = organization("org_theirs");
  await writeWithEdit(directory, tenantId, id, () => addBob(directory, id));
  writeFileSync(join(directory, "organizations.json"), JSON.stringify(organizations, null, 2));
  const ctx = (await openJson(directory)).context();
  expect(await getOrganization(ctx, id)).toMatchObject({
    stripe_customer_id: "cus_ours",
    stats: { member_count: 2 },
  });
  expect(await getOrganization(ctx, "org_theirs")).toMatchObject({ name: "Name of org_theirs" });
  expect(readOrganizations(directory)[id]).toMatchObject({ stripe_customer_id: "cus_ours" });
});

/** Writes as the storage does, and edits at the last moment before the files are looked at again. */
async function writeWithEdit(
  directory: string,
  tenantId: string,
  id: string,
  editNow: () => void,
): Promise<void> {
  const layout = layoutOf(directory);
  const memory = await createMemory(directory);
  const { journal, sources } = await loadDirectory(memory, layout);
  expect(sources.kind).toBe("current");
  memory.view.takeChanged();
  memory.db.exec("BEGIN");
  await writeOurs(memory.ports, tenantId, id);
  const edited: Journal = Object.create(journal, {
    append: {
      async value(...given: Parameters<Journal["append"]>) {
        await journal.append(...given);
        editNow();
      },
    },
  });
  await commitToDirectory(memory, edited, layout, sources.stamps);
  journal.close();
  memory.close();
}
