import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, createOrganization, getOrganization, verifyChains } from "@tenantry/core";
import { expect, test } from "vitest";
import { openJson } from "./open-json.ts";
import { edit, member, organization, readOrganizations, writeSource } from "./source-directory.ts";
import { contentOf, makeDirectory, writeContent } from "./temporary-directory.ts";

const good = organization("org_a");
const list = [member("org_a", "ann", "owner")];

/** What may be wrong, in which file, and how the message says where. */
const faults: readonly (readonly [string, unknown, unknown, string])[] = [
  ["an array", [], {}, "organizations.json cannot be used: is no JSON object"],
  ["a record that is none", { org_a: 7 }, {}, "/org_a is no object"],
  ["a name that is missing", { org_a: { ...good, name: undefined } }, {}, "/org_a/name is no text"],
  ["a name of blanks", { org_a: { ...good, name: "  " } }, {}, "/org_a/name is no text"],
  [
    "a name too long",
    { org_a: { ...good, name: "a".repeat(201) } },
    {},
    "/org_a/name is longer than 200",
  ],
  [
    "a name with half of a character",
    { org_a: { ...good, name: "a\ud800" } },
    {},
    "/org_a/name holds half of a character",
  ],
  [
    "a billing id with half of a character",
    { org_a: { ...good, lago_customer_id: "\udc00" } },
    {},
    "/org_a/lago_customer_id holds half of a character",
  ],
  [
    "an id with half of a character",
    { "org_\ud800": { ...good, id: "org_\ud800" } },
    {},
    "has an id that holds half of a character",
  ],
  [
    "users who differ in half of a character",
    { org_a: good },
    { org_a: [member("org_a", "u\udc00", "owner"), member("org_a", "u\udc01", "member")] },
    "/org_a/0/user_id holds half of a character",
  ],
  [
    "an unknown status",
    { org_a: { ...good, status: "archived" } },
    {},
    "/org_a/status is not one of: active, suspended, deleted",
  ],
  ["no time", { org_a: { ...good, created_at: "yesterday" } }, {}, "/org_a/created_at is no time"],
  [
    "a day that is none",
    { org_a: { ...good, created_at: "2025-02-30T00:00:00" } },
    {},
    "/org_a/created_at is no time",
  ],
  [
    "an id that is none",
    { acme: { ...good, id: "acme" } },
    {},
    "/acme has an id that does not begin with org_",
  ],
  ["an id under another key", { org_b: good }, {}, "/org_b/id is not the key"],
  [
    "an unknown field",
    { org_a: { ...good, color: "red" } },
    {},
    "/org_a/color is not a known field",
  ],
  [
    "a name twice",
    { org_a: good, org_b: { ...good, id: "org_b", name: good.name.toUpperCase() } },
    {},
    "/org_b/name is the name of org_a as well",
  ],
  [
    "an unknown role",
    { org_a: good },
    { org_a: [{ ...list[0], role: "king" }] },
    "/org_a/0/role is not one of: owner, member, billing_admin",
  ],
  [
    "a member twice",
    { org_a: good },
    { org_a: [...list, ...list] },
    "/org_a/1 names ann once more",
  ],
  [
    "a member of another list",
    { org_a: good },
    { org_a: [{ ...list[0], org_id: "org_b" }] },
    "/org_a/0/org_id is not",
  ],
  [
    "a list of nobody's",
    { org_a: good },
    { org_b: [member("org_b", "ann")] },
    "/org_b is of an organization that is not in organizations.json",
  ],
  ["no list", { org_a: good }, { org_a: {} }, "/org_a is no list"],
];

test.each(faults)(
  "refuses %s, says where, and leaves everything as it was",
  async (_, organizations, lists, message) => {
    const directory = makeDirectory();
    writeFileSync(join(directory, "organizations.json"), JSON.stringify(organizations));
    writeFileSync(join(directory, "org_users.json"), JSON.stringify(lists));
    const before = contentOf(directory);
    const opening = openJson(directory);
    await expect(opening).rejects.toMatchObject({ code: "storage_damaged" });
    await expect(opening).rejects.toThrow(message);
    expect(contentOf(directory)).toMatchObject(before);
  },
);

test("names every fault, not the first alone", async () => {
  const directory = makeDirectory();
  writeSource(directory, { org_a: { ...good, name: "", status: "x" } }, {});
  await expect(openJson(directory)).rejects.toMatchObject({
    fields: [{ pointer: "/org_a/name" }, { pointer: "/org_a/status" }],
  });
});

test.each(["", "{", '{"org_a": ', "\ufffd\u0000"])(
  "refuses the text %j while it is open, and goes on when it is mended",
  async (text) => {
    const directory = makeDirectory();
    const tenantry = await openJson(directory);
    const ctx = tenantry.context();
    const { id } = await createOrganization(ctx, { name: "Acme" });
    const whole = readFileSync(join(directory, "organizations.json"), "utf8");
    writeFileSync(join(directory, "organizations.json"), text);
    const damaged = { code: "storage_damaged" };
    await expect(createOrganization(ctx, { name: "Next" })).rejects.toMatchObject(damaged);
    const question = { organization_id: id, user_id: "ann", permission: "member:read" };
    await expect(check(ctx, { ...question, consistency: "strong" })).rejects.toMatchObject(damaged);
    expect(readFileSync(join(directory, "organizations.json"), "utf8")).toBe(text);
    expect((await getOrganization(ctx, id)).name).toBe("Acme");
    writeFileSync(join(directory, "organizations.json"), whole);
    await createOrganization(ctx, { name: "Next" });
    expect(Object.keys(readOrganizations(directory))).toHaveLength(2);
  },
);

/** A closed directory with an organization in it. */
async function makeClosed(): Promise<string> {
  const directory = makeDirectory();
  const tenantry = await openJson(directory);
  await createOrganization(tenantry.context(), { name: "Acme" });
  await tenantry.close();
  return directory;
}

/** How a file of ours may be damaged, and what the message says of it. */
const ownFaults: readonly (readonly [string, (text: string) => string, RegExp])[] = [
  ["tables/tenants.json", (text) => text.slice(0, -3), /tenants\.json cannot be used: is not JSON/],
  [
    "tables/roles.json",
    (text) => text.replace('"rank":100', '"ranking":100'),
    /roles\.json cannot be used: row \d has the unknown field ranking/,
  ],
  [
    "tables/organizations.json",
    (text) => text.replace('"active"', '"lost"'),
    /organizations\.json cannot be used: row 1 cannot be taken in/,
  ],
  ["tables/plans.json", () => "[]", /refers to a row of plans that is not there/],
  ["events.jsonl", (text) => text.slice(0, 200), /events\.jsonl cannot be used: has 200 bytes/],
  [
    "events.jsonl",
    (text) => text.replace("{", "["),
    /events\.jsonl cannot be used: line 1 is no event/,
  ],
  [
    "journal.jsonl",
    (text) => text.replace('"commit":', '"commit" :'),
    /journal\.jsonl cannot be used: line 1/,
  ],
  ["format.json", () => "{}", /format\.json cannot be used: does not say which version/],
];

test.each(ownFaults)(
  "refuses a damaged tenantry/%s and leaves everything as it was",
  async (name, spoil, message) => {
    const directory = await makeClosed();
    const path = join(directory, "tenantry", name);
    writeFileSync(path, spoil(readFileSync(path, "utf8")));
    const before = contentOf(directory);
    const opening = openJson(directory);
    await expect(opening).rejects.toMatchObject({ code: "storage_damaged" });
    await expect(opening).rejects.toThrow(message);
    expect(contentOf(directory)).toEqual(before);
  },
);

test("refuses a directory that a newer version wrote", async () => {
  const directory = await makeClosed();
  const path = join(directory, "tenantry/format.json");
  writeFileSync(path, readFileSync(path, "utf8").replace("0001-initial", "9999-later"));
  await expect(openJson(directory)).rejects.toMatchObject({ code: "storage_newer" });
});

test("refuses a journal in which a commit was changed, and takes away half a one at its end", async () => {
  const directory = makeDirectory();
  const tenantry = await openJson(directory);
  await createOrganization(tenantry.context(), { name: "Acme" });
  await createOrganization(tenantry.context(), { name: "Next" });
  const crashed = makeDirectory();
  writeContent(crashed, contentOf(directory));
  const journal = join(crashed, "tenantry/journal.jsonl");
  const whole = readFileSync(journal, "utf8");
  writeFileSync(journal, whole.replace('"name":"Acme"', '"name":"Acne"'));
  await expect(openJson(crashed)).rejects.toMatchObject({ code: "storage_damaged" });
  writeFileSync(journal, `${whole}{"sum":"0123`);
  const again = await openJson(crashed);
  const lines = readFileSync(journal, "utf8").slice(whole.length).trimEnd().split("\n");
  // Nothing but the note that the source files, copies with other stamps, were found as they should be.
  expect(lines.map((line) => JSON.parse(line).entry)).toMatchObject([{ shown: {} }]);
  await createOrganization(again.context(), { name: "Last" });
  expect(Object.keys(readOrganizations(crashed))).toHaveLength(3);
});

test("comes back from a write that failed with nothing of it kept", async () => {
  const directory = makeDirectory();
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  const { id } = await createOrganization(ctx, { name: "Acme" });
  // A directory in the place of the file beside which it writes.
  const inTheWay = join(directory, "organizations.json.tmp");
  mkdirSync(inTheWay);
  const before = contentOf(directory);
  const failing = [1, 2, 3].map((n) => createOrganization(ctx, { name: `New ${n}` }));
  for (const outcome of await Promise.allSettled(failing)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "storage_unavailable" } });
  }
  expect(contentOf(directory)).toEqual(before);
  expect((await getOrganization(ctx, id)).name).toBe("Acme");
  rmSync(inTheWay, { recursive: true });
  await createOrganization(ctx, { name: "New 1" });
  expect(Object.values(readOrganizations(directory)).map(({ name }) => name)).toEqual([
    "Acme",
    "New 1",
  ]);
  const { committed } = tenantry.engine.storage;
  expect((await verifyChains(committed, ctx.tenantId)).faults).toEqual([]);
});

test("reads everything anew where its journal was cut off under it", async () => {
  const directory = makeDirectory();
  const tenantry = await openJson(directory);
  await createOrganization(tenantry.context(), { name: "Acme" });
  const size = statSync(join(directory, "tenantry/journal.jsonl")).size;
  await createOrganization(tenantry.context(), { name: "Next" });
  truncateSync(join(directory, "tenantry/journal.jsonl"), size);
  edit(directory, (organizations) => {
    for (const [id, one] of Object.entries(organizations))
      if (one.name === "Next") delete organizations[id];
  });
  await createOrganization(tenantry.context(), { name: "Last" });
  const names = Object.values(readOrganizations(directory)).map(({ name }) => name);
  expect(names).toEqual(["Acme", "Last"]);
});
