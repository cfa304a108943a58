import { existsSync, readFileSync } from "node:fs";
import {
  addMember,
  type Context,
  check,
  createOrganization,
  deleteOrganization,
  exportTenant,
  getOrganization,
  importData,
  isDomainError,
  listMembers,
  listOrganizations,
  listUserOrganizations,
  listUsers,
  type Member,
  type Organization,
  openPage,
  type User,
  updateMember,
  updateOrganization,
  updateUser,
  verifyChains,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { openTestTenantry } from "../../../tenantry/test/test-tenantry.ts";
import type { GithubFile } from "./github-file.schema.ts";

const fixture = new URL("../../../cli/test/github-organizations.json", import.meta.url);
const kubernetes = new URL(
  "../../../../../shared/data/kubernetes-organizations.json",
  import.meta.url,
);

/** A copy of the fixture, to be changed. */
// biome-ignore lint/suspicious/noExplicitAny: a test reaches anywhere into a file to spoil it
function readFixture(): any {
  return JSON.parse(readFileSync(fixture, "utf8"));
}

async function exportText(ctx: Context): Promise<string> {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  await exportTenant(ctx, { format: "github-organizations", write });
  return text;
}

async function readExport(ctx: Context): Promise<GithubFile> {
  return JSON.parse(await exportText(ctx));
}

async function organizationBySlug(ctx: Context, slug: string): Promise<Organization> {
  const page = openPage<Organization>(await listOrganizations(ctx, { q: slug }));
  const found = page.items.find((one) => one.slug === slug);
  if (found === undefined) throw new Error(`No organization ${slug}`);
  return found;
}

async function membersOf(ctx: Context, slug: string): Promise<Record<string, string[]>> {
  const { id } = await organizationBySlug(ctx, slug);
  const { items } = openPage<Member>(await listMembers(ctx, id, { limit: 200 }));
  return Object.fromEntries(items.map(({ user, roles }) => [user.username, roles]));
}

async function userCalled(ctx: Context, username: string): Promise<User> {
  const [user] = openPage<User>(await listUsers(ctx, { username })).items;
  if (user === undefined) throw new Error(`No user ${username}`);
  return user;
}

async function countEvents({ engine, defaultTenant }: Tenantry): Promise<number> {
  return (await verifyChains(engine.storage.committed, defaultTenant.id)).events;
}

/** The faults with which a file is refused; and that nothing has changed. */
async function faultsOf(tenantry: Tenantry, data: unknown): Promise<Record<string, string>> {
  const events = await countEvents(tenantry);
  const before = await exportText(tenantry.context());
  try {
    await importData(tenantry.context(), data);
  } catch (error) {
    if (!isDomainError(error, "invalid_import")) throw error;
    expect(await countEvents(tenantry)).toBe(events);
    expect(await exportText(tenantry.context())).toBe(before);
    return Object.fromEntries(error.fields.map(({ pointer, detail }) => [pointer, detail]));
  }
  throw new Error("The file was not refused");
}

test("brings in admins as owners, members as members, and logins that differ in case as one person", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const report = await importData(ctx, readFixture());
  expect(report.counts).toMatchObject({
    organizations: { created: 3 },
    users: { created: 8 },
    memberships: { created: 13 },
    teams: { created: 6 },
    team_memberships: { created: 10 },
  });
  expect(await membersOf(ctx, "harbour-sigs")).toEqual({
    ann: ["owner"],
    Finn: ["member"],
    dora: ["member"],
    gil: ["member"],
  });
  const ann = await userCalled(ctx, "ANN");
  expect(ann).toMatchObject({ username: "ann", email: null });
  const own = openPage<Organization>(await listUserOrganizations(ctx, ann.id));
  expect(own.items.map(({ slug }) => slug)).toEqual(["harbour", "harbour-sigs", "harbour-retired"]);
  const { id } = await organizationBySlug(ctx, "harbour");
  expect(
    await check(ctx, { user_id: ann.id, organization_id: id, permission: "billing:write" }),
  ).toMatchObject({ allowed: true, roles: ["owner"] });
});

test("gives every created row its event, and the chains verify", async () => {
  const tenantry = await openTestTenantry();
  const before = await countEvents(tenantry);
  await importData(tenantry.context(), readFixture());
  const { storage } = tenantry.engine;
  const { events, faults } = await verifyChains(storage.committed, tenantry.defaultTenant.id);
  expect(faults).toEqual([]);
  expect(events - before).toBe(3 + 8 + 13 + 6 + 10);
});

test("exports what was imported: keys, values, the order of lists and each list's spelling", async () => {
  const tenantry = await openTestTenantry();
  await importData(tenantry.context(), readFixture());
  expect(await readExport(tenantry.context())).toEqual(readFixture());
});

test("changes nothing when the same file is imported again", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  await importData(ctx, readFixture());
  const events = await countEvents(tenantry);
  const { revision } = await organizationBySlug(ctx, "harbour");
  const report = await importData(ctx, readFixture());
  expect(report).toMatchObject({ changed: false, changes: [], not_in_file: [] });
  expect(report.counts.memberships).toEqual({ created: 0, updated: 0, removed: 0, unchanged: 13 });
  expect(await countEvents(tenantry)).toBe(events);
  expect((await organizationBySlug(ctx, "harbour")).revision).toBe(revision);
});

test("says as a dry run what would change, and changes nothing", async () => {
  const tenantry = await openTestTenantry();
  const events = await countEvents(tenantry);
  const report = await importData(tenantry.context({ dryRun: true }), readFixture());
  expect(report).toMatchObject({ dry_run: true, changed: true });
  expect(report.counts.memberships?.created).toBe(13);
  expect(await countEvents(tenantry)).toBe(events);
  expect(await readExport(tenantry.context())).toEqual({ organizations: [] });
});

test("brings in what differs in a changed file, and nothing else", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  await importData(ctx, readFixture());
  const changed = readFixture();
  const [harbour] = changed.organizations;
  harbour.name = "Harbour & Sons";
  harbour.description = "Finer harbours";
  harbour.members.splice(1, 0, "hal");
  harbour.members = harbour.members.filter((login: string) => login !== "zoe");
  harbour.admins.push("ZOE");
  harbour.teams[1].maintainers = [];
  harbour.teams[1].members = ["bo-admin", "HAL"];
  harbour.teams[1].name = "documentation";
  harbour.teams[1].previously = ["docs"];
  harbour.teams.reverse();
  harbour.teams[1].teams[0].teams[0].members.reverse();
  const events = await countEvents(tenantry);
  const report = await importData(ctx, changed);
  const said = report.changes.map(({ outcome, kind, name }) => `${outcome} ${kind} ${name}`);
  expect(said.toSorted()).toEqual(
    [
      "updated organizations Harbour & Sons",
      "created memberships hal",
      "updated memberships ZOE",
      "updated teams documentation",
      "updated team_memberships documentation/bo-admin",
      "created team_memberships documentation/HAL",
      "updated team_memberships release-manager-associates/finn",
    ].toSorted(),
  );
  // Beside these one for the user who is new.
  expect(await countEvents(tenantry)).toBe(events + said.length + 1);
  expect(await readExport(ctx)).toEqual(changed);
  expect((await importData(ctx, changed)).changed).toBe(false);
});

test("names who and what is no longer in the file, and removes them only when told to prune", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  await importData(ctx, readFixture());
  const changed = readFixture();
  const [harbour] = changed.organizations;
  harbour.members = ["zoe", "Carl", "Finn"];
  harbour.teams[0].teams[0].teams = [];
  harbour.teams[0].members = ["zoe"];
  const said = [
    "memberships dora",
    "memberships erin-x",
    "team_memberships release/Carl",
    "teams release-manager-associates",
  ];
  const named = await importData(ctx, changed);
  expect(named.changed).toBe(false);
  expect(named.not_in_file.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual(said);
  expect(Object.keys(await membersOf(ctx, "harbour"))).toContain("dora");

  const pruned = await importData(ctx, changed, { prune: true });
  const removed = pruned.changes.map(({ outcome, kind, name }) => `${outcome} ${kind} ${name}`);
  expect(removed.toSorted()).toEqual(said.map((one) => `removed ${one}`));
  expect(await readExport(ctx)).toEqual(changed);
  expect(Object.keys(await membersOf(ctx, "harbour-sigs"))).toContain("dora");
});

test("leaves to members what they hold beside the file's roles, and to the suspended their status", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  await importData(ctx, readFixture());
  const { id } = await organizationBySlug(ctx, "harbour");
  const carl = await userCalled(ctx, "carl");
  const dora = await userCalled(ctx, "dora");
  await updateMember(ctx, id, carl.id, { roles: ["developer", "billing_admin"] });
  await updateMember(ctx, id, dora.id, { status: "suspended" });
  const report = await importData(ctx, readFixture(), { prune: true });
  expect(report.changed).toBe(false);
  expect((await membersOf(ctx, "harbour")).Carl).toEqual(["developer", "billing_admin"]);
  const exported = await readExport(ctx);
  expect(exported.organizations[0]?.members).toEqual(["zoe", "Carl", "erin-x", "Finn"]);

  // The export does not name her, and brought in again it takes nothing from her.
  expect((await importData(ctx, exported, { prune: true })).changed).toBe(false);
  expect((await membersOf(ctx, "harbour")).dora).toEqual(["member"]);
  await updateMember(ctx, id, dora.id, { status: "active" });
  const teams = (await readExport(ctx)).organizations[0]?.teams?.[0]?.teams;
  expect(teams?.[0]?.teams?.[0]?.maintainers).toEqual(["dora"]);
});

test("exports what has changed here since: a new name, a new member, a person's new username", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  await importData(ctx, readFixture());
  const { id } = await organizationBySlug(ctx, "harbour-sigs");
  await updateOrganization(ctx, id, { name: "Special Interests", billing_email: "x@y.example" });
  const zoe = await userCalled(ctx, "zoe");
  await updateUser(ctx, zoe.id, { username: "zoe-new" });
  await addMember(ctx, id, { user_id: zoe.id });
  const [harbour, sigs] = (await readExport(ctx)).organizations;
  expect(sigs).toMatchObject({ name: "Special Interests", billing_email: "x@y.example" });
  expect(sigs?.members).toEqual(["finn", "DORA", "gil", "zoe-new"]);
  expect(harbour?.teams?.[0]?.teams?.[0]?.members).toEqual(["zoe-new"]);
});

test("finds an organization that was made here by its slug, and its owner stays when the file names another", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  await createOrganization(ctx, {
    name: "Old name",
    slug: "harbour",
    billing_email: "a@b.example",
  });
  const report = await importData(ctx, readFixture());
  expect(report.counts.organizations).toMatchObject({ created: 2, updated: 1 });
  const { id } = await organizationBySlug(ctx, "harbour");
  expect(await getOrganization(ctx, id)).toMatchObject({ name: "Harbour", external_id: null });
});

test("names every fault of a file with its place", async () => {
  const tenantry = await openTestTenantry();
  const file = readFixture();
  const [harbour, sigs, retired] = file.organizations;
  harbour.billing_email = "nobody";
  harbour.members.push("ANN", "dora");
  harbour.teams[0].members.push("stranger", "Zoe");
  harbour.teams[0].teams[0].teams[0].maintainers = "dora";
  harbour.teams[1].name = "RELEASE";
  delete harbour.teams[0].teams[1].name;
  sigs.name = "harbour";
  sigs.admins[0] = 7;
  delete sigs.login;
  retired.login = "Harbour";
  retired.members.push("with space", "");
  retired.has_repository_projects = "yes";
  expect(await faultsOf(tenantry, file)).toEqual({
    "/organizations/0/billing_email": "is not an e-mail address; give one such as ann@example.com",
    "/organizations/0/members/5":
      "names ANN, which /organizations/0/admins/0 names already; leave one of them out",
    "/organizations/0/members/6":
      "names dora, which /organizations/0/members/2 names already; leave one of them out",
    "/organizations/0/teams/0/members/2":
      "names somebody who is not in the organization; add them to /organizations/0/members",
    "/organizations/0/teams/0/members/3":
      "names Zoe, which /organizations/0/teams/0/members/1 names already; leave one of them out",
    "/organizations/0/teams/0/teams/0/teams/0/maintainers": "is not a list of logins",
    "/organizations/0/teams/0/teams/1/name": "is not text; give a name",
    "/organizations/0/teams/1/name":
      "names RELEASE, which /organizations/0/teams/0/name names already; leave one of them out",
    "/organizations/1/login": "is missing; give the organization's login",
    "/organizations/1/name":
      "names harbour, which /organizations/0/name names already; leave one of them out",
    "/organizations/1/admins/0": "is not a login",
    "/organizations/2/login":
      "names Harbour, which /organizations/0/login names already; leave one of them out",
    "/organizations/2/has_repository_projects": "is not true or false",
    "/organizations/2/members/0":
      "is not a login: it is empty, or holds a space or a control character",
    "/organizations/2/members/1":
      "is not a login: it is empty, or holds a space or a control character",
  });
});

test.each([
  [
    20,
    `/organizations/2${"/teams/0".repeat(9)}`,
    "is nested deeper than 8 teams; put it further up",
  ],
  [5000, `/organizations/2${"/teams/0".repeat(63)}`, "is nested deeper than 128; make it flatter"],
])("refuses teams that are nested %i deep", async (depth, place, detail) => {
  const tenantry = await openTestTenantry();
  const file = readFixture();
  let inside: object = { name: "innermost" };
  for (let n = 0; n < depth; n += 1) inside = { name: `team ${n}`, teams: [inside] };
  file.organizations[2].teams = [inside];
  expect(await faultsOf(tenantry, file)).toEqual({ [place]: detail });
});

test("refuses text that no storage keeps, with its place", async () => {
  const tenantry = await openTestTenantry();
  const file = readFixture();
  file.organizations[0].description = "a\0b";
  file.organizations[1].name = "a\ud800";
  file.organizations[1].notes = { "\0": 1 };
  expect(await faultsOf(tenantry, file)).toEqual({
    "/organizations/0/description": "holds U+0000 or half of a character; remove it",
    "/organizations/1/name": "holds U+0000 or half of a character; remove it",
    "/organizations/1/notes": "has a key with U+0000 or half of a character; remove it",
  });
});

test("refuses fields that do not fit into metadata", async () => {
  const tenantry = await openTestTenantry();
  const file = readFixture();
  file.organizations[0].teams[1].notes = "x".repeat(50_000);
  file.history = ["x".repeat(9000)];
  expect(Object.keys(await faultsOf(tenantry, file))).toEqual(["", "/organizations/0/teams/1"]);
});

test("names every fault that shows only here: names taken, the deleted, the deactivated, the last owner", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  await importData(ctx, readFixture());
  await updateUser(ctx, (await userCalled(ctx, "gil")).id, { status: "deactivated" });
  const file = readFixture();
  file.organizations[0].members.push("gil", "new-one");
  file.organizations[2].admins = [];
  expect(await faultsOf(tenantry, file)).toEqual({
    "/organizations/0/members/5":
      "gil is deactivated; reactivate them, or take them out of the list",
  });
  file.organizations[0].members.splice(5, 1);
  file.organizations[2].members = ["ann", "bo-admin"];
  expect(await faultsOf(tenantry, file)).toEqual({
    "/organizations/2/members/1":
      "This is the organization's last owner; make somebody else an owner first",
  });

  await createOrganization(ctx, { name: "harbour sigs 2" });
  await deleteOrganization(ctx, (await organizationBySlug(ctx, "harbour-retired")).id);
  file.organizations[1].name = "Harbour SIGs 2";
  expect(await faultsOf(tenantry, file)).toEqual({
    "/organizations/1/name":
      "is the name of the organization harbour-sigs-2 as well; rename one of them",
    "/organizations/2/login":
      "is the deleted organization harbour-retired; restore or purge it first",
  });
});

test("refuses an organization with more people than its plan has seats, once and not for each of them", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const { createPlan } = await import("@tenantry/core");
  await createPlan(ctx, { key: "three", name: "Three", seats: 3 });
  await createOrganization(ctx, { name: "Harbour", slug: "harbour", plan_tier: "three" });
  const faults = await faultsOf(tenantry, readFixture());
  expect(Object.keys(faults)).toEqual(["/organizations/0/members/1"]);
  expect(Object.values(faults)[0]).toContain("has 3 seats and 4 would be taken");
});

test.each([[null], [[]], ["text"], [7], [{}], [{ format: "other", organizations: [] }]])(
  "refuses %j as of no known format",
  async (data) => {
    const tenantry = await openTestTenantry();
    expect(await faultsOf(tenantry, data)).toEqual({ "": "has no known format" });
  },
);

test("lets only administrators import and export", async () => {
  const tenantry = await openTestTenantry();
  await importData(tenantry.context(), readFixture());
  const ann = await userCalled(tenantry.context(), "ann");
  const ctx = tenantry.context({ actor: { type: "user", id: ann.id, session_id: null } });
  await expect(importData(ctx, readFixture())).rejects.toThrow(/administrator/i);
  await expect(readExport(ctx)).rejects.toThrow(/administrator/i);
});

test.skipIf(!existsSync(kubernetes))(
  "brings the organizations of Kubernetes in and gives them back (skipped where the data is not beside the repository)",
  async () => {
    const tenantry = await openTestTenantry();
    const ctx = tenantry.context();
    const file = JSON.parse(readFileSync(kubernetes, "utf8"));
    const { counts } = await importData(ctx, file);
    expect(counts).toMatchObject({
      organizations: { created: 8 },
      users: { created: 1509 },
      memberships: { created: 2666 },
      teams: { created: 766 },
      team_memberships: { created: 3615 },
    });
    expect(await readExport(ctx)).toEqual(file);
    expect((await importData(ctx, file)).changed).toBe(false);
  },
);
