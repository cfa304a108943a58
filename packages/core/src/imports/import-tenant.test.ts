import {
  addMember,
  addTeamMember,
  type Context,
  createOrganization,
  createPlan,
  createRole,
  createTeam,
  createUser,
  deleteOrganization,
  exportTenant,
  grantTenantAdministrator,
  importData,
  isDomainError,
  login,
  registerResource,
  registerUser,
  updateMember,
  updatePlan,
  updateRole,
  updateUser,
  verifyChains,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { openTestTenantry } from "../../../tenantry/test/test-tenantry.ts";
import type { TenantFile } from "./tenant-file.schema.ts";

async function readExport(ctx: Context): Promise<TenantFile> {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  await exportTenant(ctx, { write });
  return JSON.parse(text);
}

/** A tenant that has something of everything. */
async function furnish(tenantry: Tenantry): Promise<void> {
  const ctx = tenantry.context();
  await createRole(ctx, null, {
    key: "auditor",
    name: "Auditor",
    description: "Reads",
    rank: 15,
    permissions: ["audit:read"],
  });
  await updateRole(ctx, null, "viewer", { permissions: ["organization:read", "report:read"] });
  await createPlan(ctx, { key: "five", name: "Five", seats: 5, entitlements: { sso: true } });
  await updatePlan(ctx, "starter", { seats: 50 });
  const ann = await createUser(ctx, {
    username: "Ann",
    email: "ann@example.com",
    name: "Ann",
    external_id: "ext-ann",
    metadata: { a: [1, null] },
    private_metadata: { secret: true },
  });
  const bob = await createUser(ctx, { id: "auth0|bob", email: "bob@example.com" });
  const eve = await createUser(ctx, { username: "eve" });
  const dan = await createUser(ctx, { username: "dan" });
  await grantTenantAdministrator(ctx, ann.id);
  const organization = await createOrganization(ctx, {
    name: "Acme",
    slug: "acme",
    plan_tier: "five",
    domain: "acme.example",
    billing_address: { city: "Ghent" },
    owner_user_id: ann.id,
    private_metadata: { margin: 7 },
    metadata: { colour: "blue" },
  });
  await createRole(ctx, organization.id, {
    key: "pilot",
    name: "Pilot",
    rank: 30,
    permissions: ["plane:fly"],
  });
  await addMember(ctx, organization.id, { user_id: bob.id, roles: ["pilot", "auditor"] });
  await addMember(ctx, organization.id, { user_id: eve.id, metadata: { badge: 4 } });
  await addMember(ctx, organization.id, { user_id: dan.id, status: "invited" });
  await updateMember(ctx, organization.id, eve.id, { status: "suspended" });
  const outer = await createTeam(ctx, organization.id, { name: "Outer", roles: ["pilot"] });
  const inner = await createTeam(ctx, organization.id, {
    name: "Inner",
    parent_team_id: outer.id,
    description: "Inside",
    metadata: { x: 1 },
  });
  await addTeamMember(ctx, organization.id, inner.id, { user_id: bob.id, role: "maintainer" });
  await registerResource(ctx, organization.id, {
    type: "project",
    external_id: "p-1",
    name: "One",
  });
  const gone = await createOrganization(ctx, { name: "Gone", owner_user_id: bob.id });
  await deleteOrganization(ctx, gone.id);
  await createOrganization(ctx, { name: "Gone", slug: "gone-again" });
  await updateUser(ctx, eve.id, { status: "deactivated" });
}

/** What the default catalogue of an installation has of its own: its times. */
function withoutDefaultTimes(file: TenantFile): unknown {
  const bare = (row: { readonly key: string; readonly created_at: string }) =>
    ["auditor", "five"].includes(row.key) ? row : { ...row, created_at: "", updated_at: "" };
  return { ...file, exported_at: "", roles: file.roles.map(bare), plans: file.plans.map(bare) };
}

async function countEvents({ engine, defaultTenant }: Tenantry): Promise<number> {
  return (await verifyChains(engine.storage.committed, defaultTenant.id)).events;
}

async function faultsOf(tenantry: Tenantry, data: unknown): Promise<Record<string, string>> {
  const events = await countEvents(tenantry);
  try {
    await importData(tenantry.context(), data);
  } catch (error) {
    if (!isDomainError(error, "invalid_import")) throw error;
    expect(await countEvents(tenantry)).toBe(events);
    return Object.fromEntries(error.fields.map(({ pointer, detail }) => [pointer, detail]));
  }
  throw new Error("The file was not refused");
}

test("brings an export into an empty installation, with nothing lost", async () => {
  const from = await openTestTenantry();
  await furnish(from);
  const file = await readExport(from.context());
  const to = await openTestTenantry();
  const report = await importData(to.context(), file);
  expect(report.counts).toMatchObject({
    roles: { created: 2, updated: 1, unchanged: 6 },
    plans: { created: 1, updated: 1, unchanged: 3 },
    users: { created: 4 },
    organizations: { created: 3 },
    memberships: { created: 5 },
    teams: { created: 2 },
    team_memberships: { created: 1 },
    resources: { created: 1 },
  });
  expect(withoutDefaultTimes(await readExport(to.context()))).toEqual(withoutDefaultTimes(file));
  const { faults } = await verifyChains(to.engine.storage.committed, to.defaultTenant.id);
  expect(faults).toEqual([]);
});

test("changes nothing when the same export is imported again, also after people have been there", async () => {
  const from = await openTestTenantry();
  await furnish(from);
  const file = await readExport(from.context());
  const to = await openTestTenantry();
  await importData(to.context(), file);
  const { tenant_id, organization_id, user_id } = {
    tenant_id: to.defaultTenant.id,
    organization_id: file.organizations[0]?.id ?? "",
    user_id: "auth0|bob",
  };
  const at = "2030-01-01T00:00:00.000Z";
  await to.engine.storage.transaction(tenant_id, (ports) =>
    ports.members.touch(tenant_id, organization_id, user_id, at),
  );
  const events = await countEvents(to);
  const report = await importData(to.context(), file);
  expect(report.changed).toBe(false);
  expect(await countEvents(to)).toBe(events);
});

test("brings what is missing into an installation that has a part of it", async () => {
  const from = await openTestTenantry();
  await furnish(from);
  const file = await readExport(from.context());
  const to = await openTestTenantry();
  const part = structuredClone(file);
  part.organizations = part.organizations.slice(0, 1);
  for (const organization of part.organizations) {
    organization.memberships = organization.memberships.filter(({ status }) => status === "active");
    organization.resources = [];
  }
  await importData(to.context(), part);
  const report = await importData(to.context(), file);
  expect(report.counts).toMatchObject({
    users: { created: 0, unchanged: 4 },
    organizations: { created: 2, unchanged: 1 },
    memberships: { created: 3, unchanged: 2 },
    resources: { created: 1 },
  });
  expect(withoutDefaultTimes(await readExport(to.context()))).toEqual(withoutDefaultTimes(file));
});

test("names everything that is here otherwise, and changes nothing", async () => {
  const from = await openTestTenantry();
  await furnish(from);
  const file = await readExport(from.context());
  const changed = structuredClone(file);
  const [acme] = changed.organizations;
  if (acme === undefined) throw new Error("No organization");
  acme.name = "Acme & Co";
  acme.memberships[0]!.roles = ["member"];
  changed.users[0]!.name = "Somebody else";
  changed.plans.find(({ key }) => key === "five")!.seats = 6;
  changed.roles.find(({ key }) => key === "auditor")!.permissions = ["*"];
  const roles = changed.roles.findIndex(({ key }) => key === "auditor");
  const plans = changed.plans.findIndex(({ key }) => key === "five");
  const rest = "; bring the export into an empty installation";
  expect(await faultsOf(from, changed)).toEqual({
    [`/roles/${roles}`]: `is here already with another permissions${rest}`,
    [`/plans/${plans}`]: `is here already with another seats${rest}`,
    "/users/0": `is here already with another name${rest}`,
  });
  changed.roles = file.roles;
  changed.plans = file.plans;
  changed.users = file.users;
  expect(await faultsOf(from, changed)).toEqual({
    "/organizations/0": `is here already with another name${rest}`,
    "/organizations/0/memberships/0": `is here already with another roles${rest}`,
  });
});

test("names every fault of an export with its place", async () => {
  const tenantry = await openTestTenantry();
  await furnish(tenantry);
  // biome-ignore lint/suspicious/noExplicitAny: a test reaches anywhere into a file to spoil it
  const file: any = await readExport(tenantry.context());
  const [acme, gone] = file.organizations;
  file.version = 2;
  file.users[3].username = "ANN";
  file.users[2].password_hash = "$argon2id$";
  file.users[1].created_at = "2026-11-21";
  acme.plan_tier = "none";
  acme.slug = gone.slug;
  acme.roles[0].key = "auditor";
  acme.memberships.push({ ...acme.memberships[0], user_id: "nobody" }, acme.memberships[0]);
  acme.memberships[0] = { ...acme.memberships[0], roles: ["captain"] };
  acme.teams[0].parent_team_id = acme.teams[1].id;
  acme.teams[1].members.push({ ...acme.teams[1].members[0], user_id: "stranger" });
  acme.resources.push(acme.resources[0]);
  const faults = await faultsOf(await openTestTenantry(), file);
  expect(Object.keys(faults).toSorted()).toEqual(
    [
      "/version",
      "/users/3/username",
      "/users/2/password_hash",
      "/users/1/created_at",
      "/organizations/0/plan_tier",
      "/organizations/1/slug",
      "/organizations/0/roles/0/key",
      "/organizations/0/memberships/0/roles/0",
      "/organizations/0/memberships/4/roles/0",
      "/organizations/0/memberships/5/roles/0",
      "/organizations/0/memberships/4/user_id",
      "/organizations/0/memberships/5/user_id",
      "/organizations/0/teams/0/parent_team_id",
      "/organizations/0/teams/0/roles/0",
      "/organizations/0/teams/1/parent_team_id",
      "/organizations/0/teams/1/members/1/user_id",
      "/organizations/0/resources/1/external_id",
    ].toSorted(),
  );
});

test("refuses text that no storage keeps and nesting without end, with the place", async () => {
  const from = await openTestTenantry();
  await furnish(from);
  const file = await readExport(from.context());
  let deep: unknown = "x";
  for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
  Object.assign(file.users[0] ?? {}, { metadata: { deep }, username: "a\0" });
  Object.assign(file.organizations[0] ?? {}, { name: "a\ud800" });
  const to = await openTestTenantry();
  const unstorable = "holds U+0000 or half of a character; remove it";
  expect(await faultsOf(to, file)).toEqual({
    "/users/0/username": unstorable,
    [`/users/0/metadata/deep${"/0".repeat(124)}`]: "is nested deeper than 128; make it flatter",
    "/organizations/0/name": unstorable,
  });
});

test("refuses an organization with more memberships than its plan has seats", async () => {
  const from = await openTestTenantry();
  await furnish(from);
  const file = await readExport(from.context());
  const five = file.plans.find(({ key }) => key === "five");
  if (five !== undefined) five.seats = 3;
  const faults = await faultsOf(await openTestTenantry(), file);
  expect(Object.keys(faults)).toEqual(["/organizations/0/memberships/3"]);
});

test("exports no passwords: an imported user signs in with a new one", async () => {
  const from = await openTestTenantry();
  const anonymous = { actor: { type: "anonymous" } } as const;
  const account = { email: "a@example.com", password: "correct horse battery", name: "A" };
  await registerUser(from.context(anonymous), account);
  const file = await readExport(from.context());
  expect(JSON.stringify(file)).not.toMatch(/argon2|password/);
  const to = await openTestTenantry();
  await importData(to.context(), file);
  const { email, password } = account;
  await expect(login(to.context(anonymous), { email, password })).rejects.toMatchObject({
    code: "invalid_credentials",
  });
});

test("exports the events of every chain in order, for an audit", async () => {
  const tenantry = await openTestTenantry();
  await furnish(tenantry);
  let text = "";
  await exportTenant(tenantry.context(), {
    write() {},
    writeEvents(more) {
      text += more;
    },
  });
  const events = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events).toHaveLength(await countEvents(tenantry));
  const byChain = Map.groupBy(events, (event) => event.chain_id);
  for (const chain of byChain.values()) {
    expect(chain.map(({ sequence }) => sequence)).toEqual(chain.map((_, index) => index + 1));
  }
});

test("exports one moment, whatever is written meanwhile", async () => {
  const tenantry = await openTestTenantry();
  await furnish(tenantry);
  const before = await readExport(tenantry.context());
  let text = "";
  await exportTenant(tenantry.context(), {
    async write(more) {
      if (text === "") await createUser(tenantry.context(), { username: "late" });
      text += more;
    },
  });
  expect({ ...JSON.parse(text), exported_at: "" }).toEqual({ ...before, exported_at: "" });
});

test("is not pruned by", async () => {
  const tenantry = await openTestTenantry();
  const file = await readExport(tenantry.context());
  await expect(importData(tenantry.context(), file, { prune: true })).rejects.toMatchObject({
    code: "invalid_input",
  });
});
