import type { ErrorCode, Ports } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import {
  addOrganization,
  addTeams,
  addTenant,
  type OpenSubject,
  openWithTenant,
  tenantId,
} from "./open-subject.ts";
import {
  eventRecord,
  membershipRecord,
  organizationRecord,
  planRecord,
  resourceRecord,
  roleRecord,
  teamMemberRecord,
  teamRecord,
  tenantRecord,
  tenantRoles,
  userRecord,
} from "./records.ts";

/** Ids that a collation could treat as equal: case, accents, width, a trailing space, two forms of one letter. */
const likeIds = ["id", "ID", "Id", "íd", "id ", "ｉｄ", "i\u0301d", "İd", "ıd"];

export function describeIdentifiers(open: OpenSubject): void {
  describe("tells identifiers apart by their bytes", () => {
    test("of users, organizations, roles, plans, teams and resources", async () => {
      const storage = await openWithTenant(open);
      await storage.transaction(tenantId, async (ports) => {
        await addOrganization(ports);
        for (const id of likeIds) await insertAll(ports, id);
      });
      const { committed } = storage;
      for (const id of likeIds) {
        expect((await committed.users.find(tenantId, id))?.id).toBe(id);
        expect((await committed.organizations.find(tenantId, id))?.id).toBe(id);
        expect((await committed.roles.find(tenantId, null, id))?.key).toBe(id);
        expect((await committed.plans.find(tenantId, id))?.key).toBe(id);
        expect((await committed.teams.find(tenantId, "org", id))?.id).toBe(id);
        const resource = await committed.resources.find(tenantId, "org", "project", id);
        expect(resource?.external_id).toBe(id);
      }
    });

    test("and finds none by one that differs only in case", async () => {
      const storage = await openWithTenant(open);
      await storage.transaction(tenantId, async (ports) => {
        await addOrganization(ports);
        await addTeams(ports);
        await ports.events.append(eventRecord(tenantId, "org", 1));
      });
      const { access, events, members, organizations, teams, tenants, users } = storage.committed;
      expect(await tenants.find(tenantId.toUpperCase())).toBeUndefined();
      expect(await users.find(tenantId, "BOB")).toBeUndefined();
      expect(await users.find(tenantId.toUpperCase(), "bob")).toBeUndefined();
      expect(await organizations.find(tenantId, "ORG")).toBeUndefined();
      expect(await organizations.findBySlug(tenantId, "ORG")).toBeUndefined();
      expect(await members.find(tenantId, "org", "BOB")).toBeUndefined();
      expect(await access.findAccess(tenantId, "ORG", "bob")).toBeUndefined();
      expect(await access.findAccess(tenantId, "org", "Bob")).toBeUndefined();
      expect(await teams.findMember(tenantId, "org", "INNER", "bob")).toBeUndefined();
      expect(await events.head(tenantId, "ORG")).toBeUndefined();
    });
  });
}

async function insertAll(ports: Ports, id: string): Promise<void> {
  const number = likeIds.indexOf(id);
  await ports.users.insert(
    userRecord(tenantId, id, { username: `user-${number}`, external_id: id }),
  );
  await ports.organizations.insert(
    organizationRecord(tenantId, id, { name: `Name ${number}`, slug: `slug-${number}` }),
  );
  await ports.roles.insert(roleRecord(tenantId, id));
  await ports.plans.insert(planRecord(tenantId, id));
  await ports.teams.insert(teamRecord(tenantId, "org", id, { name: `Team ${number}` }), []);
  await ports.resources.insert(resourceRecord(tenantId, "org", id));
}

/**
 * Writes that must be refused on top of what `addOrganization`, `addTeams` and the test wrote: a name, the error code, the
 * write, and the tenant of the transaction where it is another one.
 */
const refusals: readonly (readonly [string, ErrorCode, (ports: Ports) => unknown, string?])[] = [
  [
    "a second user with an id",
    "id_taken",
    (p) => p.users.insert(userRecord(tenantId, "ann", { username: "x" })),
  ],
  [
    "a second user with an address",
    "email_taken",
    (p) => p.users.insert(userRecord(tenantId, "x", { email: "one@example.com" })),
  ],
  [
    "a second tenant with a slug",
    "tenant_slug_taken",
    (p) => p.tenants.insert(tenantRecord("x", { slug: `slug-of-${tenantId}` })),
    "x",
  ],
  [
    "a tenant's change to a slug that a deleted one has",
    "tenant_slug_taken",
    (p) => p.tenants.update(tenantRecord(tenantId, { slug: "slug-of-gone" })),
  ],
  [
    "a second user with a username, whatever its case",
    "username_taken",
    (p) => p.users.insert(userRecord(tenantId, "x", { username: "ANN" })),
  ],
  [
    "a second user with an external id",
    "external_id_taken",
    (p) => p.users.insert(userRecord(tenantId, "x", { external_id: "ext" })),
  ],
  [
    "a user's change to an address that is taken",
    "email_taken",
    (p) => p.users.update(userRecord(tenantId, "ann", { email: "one@example.com" })),
  ],
  [
    "a second organization with an id",
    "id_taken",
    (p) => p.organizations.insert(organizationRecord(tenantId, "org", { name: "x", slug: "x" })),
  ],
  [
    "a second organization with a name, whatever its case",
    "organization_name_taken",
    (p) => p.organizations.insert(organizationRecord(tenantId, "x", { name: "ORGANIZATION ORG" })),
  ],
  [
    "a second organization with a slug",
    "organization_slug_taken",
    (p) => p.organizations.insert(organizationRecord(tenantId, "x", { slug: "org" })),
  ],
  [
    "a slug that a deleted organization has",
    "organization_slug_taken",
    (p) => p.organizations.insert(organizationRecord(tenantId, "x", { slug: "gone" })),
  ],
  [
    "a second organization with an external id",
    "external_id_taken",
    (p) => p.organizations.insert(organizationRecord(tenantId, "x", { external_id: "ext" })),
  ],
  [
    "a restored organization whose name is taken",
    "organization_name_taken",
    (p) =>
      p.organizations.update(organizationRecord(tenantId, "gone", { name: "Organization org" })),
  ],
  [
    "an organization on a plan that is not there",
    "unknown_plan",
    (p) => p.organizations.insert(organizationRecord(tenantId, "x", { plan_tier: "x" })),
  ],
  [
    "a second membership of a user",
    "already_member",
    (p) => p.members.insert(membershipRecord(tenantId, "org", "bob"), tenantRoles("member")),
  ],
  [
    "a membership of nobody",
    "unknown_user",
    (p) => p.members.insert(membershipRecord(tenantId, "org", "x"), tenantRoles("member")),
  ],
  [
    "a membership with a role that is not there",
    "unknown_role",
    (p) => p.members.insert(membershipRecord(tenantId, "org", "cid"), tenantRoles("x")),
  ],
  [
    "a membership with another organization's role",
    "unknown_role",
    (p) =>
      p.members.insert(membershipRecord(tenantId, "org", "cid"), [
        { scope: "organization", key: "theirs" },
      ]),
  ],
  [
    "a second role with a key",
    "role_key_taken",
    (p) => p.roles.insert(roleRecord(tenantId, "member")),
  ],
  [
    "the end of a role that a member holds",
    "role_in_use",
    (p) => p.roles.remove(roleRecord(tenantId, "member")),
  ],
  [
    "the end of a role that a team holds",
    "role_in_use",
    (p) => p.roles.remove(roleRecord(tenantId, "developer")),
  ],
  [
    "a second plan with a key",
    "plan_key_taken",
    (p) => p.plans.insert(planRecord(tenantId, "free")),
  ],
  ["the end of a plan that is in use", "plan_in_use", (p) => p.plans.remove(tenantId, "free")],
  [
    "a second team with a name, whatever its case",
    "team_name_taken",
    (p) => p.teams.insert(teamRecord(tenantId, "org", "x", { name: "TEAM INNER" }), []),
  ],
  [
    "a team with a role that is not there",
    "unknown_role",
    (p) => p.teams.insert(teamRecord(tenantId, "org", "x"), tenantRoles("x")),
  ],
  [
    "the end of a team with teams inside it",
    "team_not_empty",
    (p) => p.teams.remove(tenantId, "org", "outer"),
  ],
  [
    "a second place of a user in a team",
    "already_team_member",
    (p) => p.teams.insertMember(teamMemberRecord(tenantId, "org", "inner", "bob")),
  ],
  [
    "a stranger to the organization in a team",
    "not_a_member",
    (p) => p.teams.insertMember(teamMemberRecord(tenantId, "org", "inner", "cid")),
  ],
  [
    "a second resource with a type and id",
    "resource_taken",
    (p) => p.resources.insert(resourceRecord(tenantId, "org", "p1")),
  ],
];

export function describeRefusals(open: OpenSubject): void {
  describe("refuses, with the same code on every storage,", () => {
    for (const [what, code, write, tenant = tenantId] of refusals) {
      test(`${what}: ${code}`, async () => {
        const storage = await openWithRefusing(open);
        const refused = storage.transaction(tenant, (ports) => write(ports) as Promise<unknown>);
        await expect(refused).rejects.toMatchObject({ name: "DomainError", code });
        const message = await refused.catch((error: Error) => error.message);
        expect(message).not.toMatch(/constraint|UNIQUE|FOREIGN|undefined/);
      });
    }

    test("the same number twice in a chain of events", async () => {
      const storage = await openWithRefusing(open);
      const append = (fields: object) =>
        storage.transaction(tenantId, (ports) =>
          ports.events.append(eventRecord(tenantId, "org", 1, fields)),
        );
      await append({});
      await expect(append({ id: "another", hash: "another" })).rejects.toThrow();
      expect(await storage.committed.events.list(tenantId, "org", 0, 10)).toHaveLength(1);
    });
  });
}

async function openWithRefusing(open: OpenSubject) {
  const { storage } = await open();
  await storage.transaction("gone", (ports) =>
    ports.tenants.insert(tenantRecord("gone", { status: "deleted" })),
  );
  await storage.transaction(tenantId, async (ports) => {
    await addTenant(ports);
    await addOrganization(ports);
    await addTeams(ports);
    await ports.users.insert(
      userRecord(tenantId, "one", { email: "one@example.com", external_id: "ext" }),
    );
    await ports.organizations.insert(organizationRecord(tenantId, "other", { external_id: "ext" }));
    await ports.organizations.insert(organizationRecord(tenantId, "gone", { status: "deleted" }));
    await ports.roles.insert(roleRecord(tenantId, "theirs", { organization_id: "other" }));
    await ports.resources.insert(resourceRecord(tenantId, "org", "p1"));
  });
  return storage;
}
