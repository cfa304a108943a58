import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  acceptMembership,
  addMember,
  createOrganization,
  createRole,
  createUser,
  deleteOrganization,
  getMember,
  getOrganization,
  listEvents,
  purgeOrganization,
  removeMember,
  setBilling,
  setPlan,
  setStatus,
  updateMember,
  updateOrganization,
  updateUser,
  verifyChains,
} from "@tenantry/core";
import { expect, test } from "vitest";
import { openJson } from "./open-json.ts";
import { hasPython, loader, runPython } from "./python.ts";
import {
  member,
  organization,
  readLists,
  readOrganizations,
  writeSource,
} from "./source-directory.ts";
import { makeDirectory } from "./temporary-directory.ts";

/** The files as the documentation of the module shows them. */
const exampleOrganizations = `{
  "org_abc123def456": {
    "id": "org_abc123def456",
    "name": "Acme Corporation",
    "created_at": "2025-10-13T18:30:00",
    "plan_tier": "professional",
    "lago_customer_id": "lago_cust_xyz789",
    "stripe_customer_id": "cus_abc123",
    "status": "active"
  }
}`;
const exampleUsers = `{
  "org_abc123def456": [
    {
      "org_id": "org_abc123def456",
      "user_id": "user_alice",
      "role": "owner",
      "joined_at": "2025-10-13T18:30:00"
    }
  ]
}`;

test("opens a directory that was written by hand, and leaves the files as they are", async () => {
  const directory = makeDirectory();
  writeFileSync(join(directory, "organizations.json"), exampleOrganizations);
  writeFileSync(join(directory, "org_users.json"), exampleUsers);
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  expect(await getOrganization(ctx, "org_abc123def456")).toMatchObject({
    name: "Acme Corporation",
    slug: "acme-corporation",
    created_at: "2025-10-13T18:30:00.000Z",
    plan_tier: "professional",
    lago_customer_id: "lago_cust_xyz789",
    stripe_customer_id: "cus_abc123",
    status: "active",
    stats: { member_count: 1 },
  });
  expect(await getMember(ctx, "org_abc123def456", "user_alice")).toMatchObject({
    role: "owner",
    joined_at: "2025-10-13T18:30:00.000Z",
  });
  const { items } = await listEvents(ctx, "org_abc123def456");
  expect(items.map(({ type, entity }) => [type, entity])).toEqual([
    ["imported", "organization"],
    ["imported", "membership"],
  ]);
  expect(readFileSync(join(directory, "organizations.json"), "utf8")).toBe(exampleOrganizations);
  expect(readFileSync(join(directory, "org_users.json"), "utf8")).toBe(exampleUsers);
});

test("is closed to others: the directory to 0700, every file to 0600", async () => {
  const directory = join(makeDirectory(), "data");
  mkdirSync(directory, { mode: 0o755 });
  writeFileSync(join(directory, "organizations.json"), exampleOrganizations, { mode: 0o644 });
  writeFileSync(join(directory, "org_users.json"), exampleUsers, { mode: 0o644 });
  const tenantry = await openJson(directory);
  await createOrganization(tenantry.context(), { name: "New" });
  const mode = (path: string) => statSync(join(directory, path)).mode & 0o777;
  expect(mode(".")).toBe(0o700);
  expect(mode("tenantry")).toBe(0o700);
  for (const file of ["organizations.json", "org_users.json", "tenantry/journal.jsonl"]) {
    expect([file, mode(file)]).toEqual([file, 0o600]);
  }
});

test("keeps times to the microsecond, and an entry's place, in records that nobody touches", async () => {
  const directory = makeDirectory();
  // Not in the order of time or of ids, and with times as the module's other versions wrote them.
  const last = organization("org_z", { created_at: "2025-10-13T18:30:00.123456" });
  const first = organization("org_a", { created_at: "2024-01-01 08:00:00.000789" });
  const lists = { org_z: [member("org_z", "user_b"), member("org_z", "user_a")], org_a: [] };
  const exact = { ...member("org_z", "user_c"), joined_at: "2025-10-13T18:30:00.999999" };
  lists.org_z.push(exact);
  writeSource(directory, { org_z: last, org_a: first }, lists);
  const tenantry = await openJson(directory);
  const made = await createOrganization(tenantry.context(), { name: "New" });
  await tenantry.close();
  await createOrganization((await openJson(directory)).context(), { name: "Newer" });
  const organizations = readOrganizations(directory);
  expect(Object.keys(organizations).slice(0, 3)).toEqual(["org_z", "org_a", made.id]);
  expect(organizations.org_z).toEqual(last);
  expect(organizations.org_a).toEqual({ ...first, created_at: "2024-01-01T08:00:00.000789" });
  expect(readLists(directory).org_z).toEqual(lists.org_z);
});

/** One of everything that can be done, and what the files show for it. */
const operations: readonly (readonly [string, (open: Opened) => Promise<unknown>])[] = [
  [
    "an organization of many letters",
    ({ ctx }) => createOrganization(ctx, { name: 'Ünïcødé ☃ 𝒜 "q"\\\n\u0007\u007f' }),
  ],
  [
    "a name of 200 characters",
    ({ ctx }) => createOrganization(ctx, { name: "𝒜".repeat(100) + "b".repeat(100) }),
  ],
  ["a rename", ({ ctx, id }) => updateOrganization(ctx, id, { name: "Renamed" })],
  ["a plan", ({ ctx, id }) => setPlan(ctx, id, { plan_tier: "enterprise" })],
  [
    "billing",
    ({ ctx, id }) => setBilling(ctx, id, { lago_customer_id: "lago", stripe_customer_id: null }),
  ],
  ["a suspension", ({ ctx, id }) => setStatus(ctx, id, { status: "suspended" })],
  ["its end", ({ ctx, id }) => setStatus(ctx, id, { status: "active" })],
  [
    "a role that the module does not know",
    ({ ctx, id, user }) => addMember(ctx, id, { user_id: user, role: "admin" }),
  ],
  [
    "a role of the organization's own",
    async ({ ctx, id, user }) => {
      await createRole(ctx, id, { key: "auditor", name: "Auditor", rank: 30, permissions: [] });
      await updateMember(ctx, id, user, { roles: ["auditor", "billing_admin"] });
    },
  ],
  [
    "a suspended member",
    ({ ctx, id, user }) => updateMember(ctx, id, user, { status: "suspended" }),
  ],
  [
    "a reinstated one",
    ({ ctx, id, user }) => updateMember(ctx, id, user, { status: "active", role: "billing_admin" }),
  ],
  ["a removal", ({ ctx, id, user }) => removeMember(ctx, id, user)],
  [
    "an invitation",
    ({ ctx, id, user }) => addMember(ctx, id, { user_id: user, status: "invited" }),
  ],
  ["its acceptance", ({ as, id, user }) => acceptMembership(as(user), id, user)],
  [
    "a user's change",
    ({ ctx, user }) => updateUser(ctx, user, { name: "Ann", email: "ann@example.com" }),
  ],
  ["a deletion", ({ ctx, other }) => deleteOrganization(ctx, other)],
  ["a purge", ({ ctx, other }) => purgeOrganization(ctx, other)],
];

type Opened = Awaited<ReturnType<typeof openWithTwo>>;

async function openWithTwo(directory: string) {
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  const owner = await createUser(ctx, { id: "auth0|owner" });
  const user = await createUser(ctx, { username: "ann" });
  const made = await createOrganization(ctx, { name: "Acme", owner_user_id: owner.id });
  const other = await createOrganization(ctx, { name: "Other", owner_user_id: owner.id });
  const as = (id: string) => tenantry.context({ actor: { type: "user", id, session_id: null } });
  return { tenantry, ctx, as, id: made.id, other: other.id, user: user.id };
}

test.skipIf(!hasPython)(
  "writes after every kind of operation what the module's loader takes, and as the module writes it",
  async () => {
    const directory = makeDirectory();
    const opened = await openWithTwo(directory);
    for (const [name, operate] of operations) {
      await operate(opened);
      const some = expect.any(Number);
      const loaded = { organizations: some, members: some, same: true };
      expect([name, runPython(loader, directory)]).toEqual([name, loaded]);
    }
    const { committed } = opened.tenantry.engine.storage;
    expect((await verifyChains(committed, opened.ctx.tenantId)).faults).toEqual([]);
  },
);

test("shows active members alone, and with the roles that the module knows", async () => {
  const directory = makeDirectory();
  const { ctx, id, other, user } = await openWithTwo(directory);
  const shown = () => readLists(directory)[id]?.find((one) => one.user_id === user)?.role;
  await addMember(ctx, id, { user_id: user, status: "invited", role: "admin" });
  expect(shown()).toBeUndefined();
  await removeMember(ctx, id, user);
  for (const [role, theirs] of [
    ["admin", "member"],
    ["viewer", "member"],
    ["billing_admin", "billing_admin"],
    ["owner", "owner"],
  ] as const) {
    await addMember(ctx, id, { user_id: user, role });
    expect(shown()).toBe(theirs);
    await updateMember(ctx, id, user, { status: "suspended" });
    expect(shown()).toBeUndefined();
    await removeMember(ctx, id, user);
  }
  const empty = await createOrganization(ctx, { name: "Nobody" });
  expect(readLists(directory)[empty.id]).toEqual([]);
  await deleteOrganization(ctx, other);
  expect(readOrganizations(directory)[other]?.status).toBe("deleted");
  expect(readLists(directory)[other]).toHaveLength(1);
});

test("refuses a name of more than 200 characters and an id that is no org_, and changes nothing", async () => {
  const directory = makeDirectory();
  const { tenantry, ctx, id } = await openWithTwo(directory);
  const before = readFileSync(join(directory, "organizations.json"), "utf8");
  const refused = { code: "invalid_input", fields: [{ pointer: "/name" }] };
  await expect(createOrganization(ctx, { name: "a".repeat(201) })).rejects.toMatchObject(refused);
  await expect(updateOrganization(ctx, id, { name: "a".repeat(201) })).rejects.toMatchObject(
    refused,
  );
  const record = await tenantry.engine.storage.committed.organizations.find(ctx.tenantId, id);
  if (record === undefined) throw new Error("The organization is not there");
  const foreign = { ...record, id: "6f1c", name: "x", name_key: "x", slug: "x" };
  await expect(
    tenantry.engine.storage.transaction(null, (ports) => ports.organizations.insert(foreign)),
  ).rejects.toMatchObject({ code: "invalid_input", fields: [{ pointer: "/id" }] });
  expect(readFileSync(join(directory, "organizations.json"), "utf8")).toBe(before);
});
