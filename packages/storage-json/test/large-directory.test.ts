import { setImmediate } from "node:timers/promises";
import {
  addMember,
  createOrganization,
  createUser,
  getOrganization,
  listEvents,
} from "@tenantry/core";
import { expect, test } from "vitest";
import { openJson } from "./open-json.ts";
import {
  edit,
  member,
  organization,
  readLists,
  readOrganizations,
  writeSource,
} from "./source-directory.ts";
import { makeDirectory } from "./temporary-directory.ts";

/** A directory beyond the size up to which a write is acknowledged when the source files show it. */
function makeLarge(): string {
  const directory = makeDirectory();
  const users = Array.from({ length: 10_001 }, (_, number) => member("org_large", `u${number}`));
  writeSource(directory, { org_large: organization("org_large") }, { org_large: users });
  return directory;
}

test("shows what was acknowledged soon by itself, and at once to other programs of ours and at the end", async () => {
  const directory = makeLarge();
  const one = await openJson(directory);
  const other = await openJson(directory);
  const isShown = (id: string) => id in readOrganizations(directory) && id in readLists(directory);
  for (const name of ["First", "Second", "Third"]) {
    const { id } = await createOrganization(one.context(), { name });
    expect((await getOrganization(other.context(), id)).name).toBe(name);
    while (!isShown(id)) await setImmediate();
  }
  const last = await createOrganization(one.context(), { name: "Last" });
  const theirs = await createOrganization(other.context(), { name: "Theirs" });
  await one.close();
  await other.close();
  expect(isShown(last.id) && isShown(theirs.id)).toBe(true);
});

test("keeps both what the files do not show yet and what somebody writes into them meanwhile", async () => {
  const directory = makeLarge();
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  await createUser(ctx, { id: "ann" });
  const { id } = await createOrganization(ctx, { name: "New", owner_user_id: "ann" });
  await addMember(ctx, "org_large", { user_id: "ann" });
  edit(directory, (organizations, lists) => {
    const large = organizations.org_large;
    if (large !== undefined) large.plan_tier = "enterprise";
    lists.org_large = lists.org_large?.filter((one) => one.user_id !== "u7") ?? [];
  });
  await tenantry.engine.storage.catchUp(null, true);
  expect(readOrganizations(directory).org_large?.plan_tier).toBe("enterprise");
  const users = readLists(directory).org_large?.map((one) => one.user_id) ?? [];
  expect([users.length, users.includes("u7"), users.includes("ann")]).toEqual([
    10_001,
    false,
    true,
  ]);
  expect(readLists(directory)[id]?.map((one) => one.user_id)).toEqual(["ann"]);
  const { items } = await listEvents(ctx, "org_large", { after: 10_002 });
  expect(items.map(({ type, entity_id }) => [type, entity_id])).toEqual([
    ["member.added", "ann"],
    ["imported", "org_large"],
    ["imported", "u7"],
  ]);
});
