import { addMember, createOrganization, createUser, listEvents } from "@tenantry/core";
import { expect, test } from "vitest";
import { openJson } from "./open-json.ts";
import { edit, member, readLists, readOrganizations } from "./source-directory.ts";
import { type Content, contentOf, makeDirectory, writeContent } from "./temporary-directory.ts";

/** A directory before and after one commit that shows in both source files: an organization with its owner. */
async function commitBetween() {
  const directory = makeDirectory();
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  for (const id of ["ann", "bob", "cleo"]) await createUser(ctx, { id });
  const first = await createOrganization(ctx, { name: "First", owner_user_id: "ann" });
  await addMember(ctx, first.id, { user_id: "bob" });
  const before = contentOf(directory);
  const second = await createOrganization(ctx, { name: "Second", owner_user_id: "ann" });
  const after = contentOf(directory);
  return { first: first.id, second: second.id, before, after };
}

/** The journal as it was when the commit had happened and nothing showed it. */
function withoutNote(after: Content): Content {
  const lines = (after["tenantry/journal.jsonl"] ?? "").trimEnd().split("\n");
  expect(lines.at(-1)).toContain('"shown"');
  return { ...after, "tenantry/journal.jsonl": `${lines.slice(0, -1).join("\n")}\n` };
}

/** What a process leaves that is killed after its journal was written: neither source file is in place, or the first alone. */
const moments = [
  ["before the source files", ["organizations.json", "org_users.json"]],
  ["between the two source files", ["org_users.json"]],
  ["after the source files", []],
] as const;

test.each(moments)(
  "shows the last commit that a process ended %s of, and takes none of its own for an edit",
  async (_, old) => {
    const { first, second, before, after } = await commitBetween();
    const crashed = makeDirectory();
    const stale = Object.fromEntries(old.map((name) => [name, before[name] ?? ""]));
    writeContent(crashed, { ...withoutNote(after), ...stale });
    const tenantry = await openJson(crashed);
    expect(Object.keys(readOrganizations(crashed))).toEqual([first, second]);
    expect(readLists(crashed)[second]?.map((one) => one.user_id)).toEqual(["ann"]);
    for (const id of [first, second]) {
      const { items } = await listEvents(tenantry.context(), id);
      expect(items.map(({ type }) => type)).not.toContain("imported");
    }
  },
);

test.each(moments)(
  "keeps both the last commit that a process ended %s of and what somebody wrote after it",
  async (_, old) => {
    const { first, second, before, after } = await commitBetween();
    const crashed = makeDirectory();
    const stale = Object.fromEntries(old.map((name) => [name, before[name] ?? ""]));
    writeContent(crashed, { ...withoutNote(after), ...stale });
    edit(crashed, (organizations, lists) => {
      const one = organizations[first];
      if (one !== undefined) one.stripe_customer_id = "cus_1";
      lists[first]?.push(member(first, "cleo"));
    });
    const tenantry = await openJson(crashed);
    expect(Object.keys(readOrganizations(crashed))).toEqual([first, second]);
    expect(readOrganizations(crashed)[first]?.stripe_customer_id).toBe("cus_1");
    expect(readLists(crashed)[first]?.map((one) => one.user_id)).toEqual(["ann", "bob", "cleo"]);
    expect(readLists(crashed)[second]?.map((one) => one.user_id)).toEqual(["ann"]);
    const imported = await listEvents(tenantry.context(), first);
    expect(imported.items.filter(({ type }) => type === "imported")).toHaveLength(2);
  },
);

test("does once more what a process ended while it wrote the tables' files", async () => {
  const { first, second, after } = await commitBetween();
  const { events, ...rest } = { events: after["tenantry/events.jsonl"] ?? "", ...after };
  const crashed = makeDirectory();
  // The first of the tables and the events were written; the journal that has the same is still there.
  const written = makeDirectory();
  writeContent(written, after);
  await (await openJson(written)).close();
  const saved = contentOf(written);
  writeContent(crashed, {
    ...rest,
    "tenantry/events.jsonl": saved["tenantry/events.jsonl"] ?? events,
    "tenantry/tables/history.json": saved["tenantry/tables/history.json"] ?? "",
    "tenantry/tables/memberships.json": saved["tenantry/tables/memberships.json"] ?? "",
  });
  const tenantry = await openJson(crashed);
  for (const id of [first, second]) {
    const { items } = await listEvents(tenantry.context(), id);
    expect(items.map(({ sequence }) => sequence)).toEqual(items.map((_, index) => index + 1));
    expect(items.map(({ type }) => type)).not.toContain("imported");
  }
  await createOrganization(tenantry.context(), { name: "Third" });
  await tenantry.close();
  expect(contentOf(crashed)["tenantry/events.jsonl"]).toContain(saved["tenantry/events.jsonl"]);
});
