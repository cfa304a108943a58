import type { InstallationMethod, Ports, Storage } from "@tenantry/core";
import { beforeEach, describe, expect, test } from "vitest";
import { addOrganization, addTeams, addTenant, type OpenSubject } from "./open-subject.ts";
import { pageRequest } from "./pages.ts";
import {
  denialRecord,
  eventRecord,
  later,
  membershipRecord,
  moment,
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

/** Calls a port's method for a tenant. The results are compared. */
type Call = (ports: Ports, tenantId: string) => unknown;

type MethodOf<P extends keyof Ports> = keyof Ports[P] & string;

/** Methods that have rows only while a tenant is being moved; `moves.ts` tests them. */
type OfWatched = "moves.changes" | "moves.forgetChanges";

/** One entry per method; a new port method does not compile until it has one. */
type Calls = {
  readonly [P in keyof Ports]: {
    readonly [M in MethodOf<P> as `${P}.${M}` extends InstallationMethod | OfWatched
      ? never
      : M]: Call;
  };
};

const page = pageRequest({ total: true });

const reads = {
  access: {
    findAccess: (p, t) => p.access.findAccess(t, "org", "bob"),
    organizationRevision: (p, t) => p.access.organizationRevision(t, "org"),
  },
  copies: {
    count: (p, t) => p.copies.count(t, "memberships"),
    page: (p, t) => p.copies.page(t, "memberships", null, 10),
  },
  events: {
    head: (p, t) => p.events.head(t, "org"),
    list: (p, t) => p.events.list(t, "org", 0, 10),
    chains: (p, t) => p.events.chains(t, null, 10),
    intervals: (p, t) => p.events.intervals(t, "org", "membership", "bob"),
  },
  idempotency: { find: (p, t) => p.idempotency.find(t, "user ann", "key") },
  members: {
    find: (p, t) => p.members.find(t, "org", "bob"),
    findMember: (p, t) => p.members.findMember(t, "org", "bob"),
    hasOtherOwner: (p, t) => p.members.hasOtherOwner(t, "org", "bob"),
    list: (p, t) => p.members.list(t, "org", {}, page),
    listUserOrganizations: (p, t) => p.members.listUserOrganizations(t, "bob", page),
    organizationsOwnedBy: (p, t) => p.members.organizationsOwnedBy(t, "ann"),
  },
  moves: {
    isFenced: (p, t) => p.moves.isFenced(t),
    rows: (p, t) => p.moves.rows(t, "users", ['["bob"]']),
  },
  organizations: {
    find: (p, t) => p.organizations.find(t, "org"),
    findByNameKey: (p, t) => p.organizations.findByNameKey(t, "organization org"),
    findBySlug: (p, t) => p.organizations.findBySlug(t, "org"),
    list: (p, t) => p.organizations.list(t, { member_user_id: "bob", q: "org" }, page),
    stats: (p, t) => p.organizations.stats(t, "org"),
  },
  plans: {
    find: (p, t) => p.plans.find(t, "free"),
    findDefault: (p, t) => p.plans.findDefault(t),
    list: (p, t) => p.plans.list(t),
  },
  resources: {
    find: (p, t) => p.resources.find(t, "org", "project", "p1"),
    list: (p, t) => p.resources.list(t, "org", undefined, page),
  },
  roles: {
    find: (p, t) => p.roles.find(t, "org", "own"),
    list: (p, t) => p.roles.list(t, "org"),
    isKeyTakenByAnOrganization: (p, t) => p.roles.isKeyTakenByAnOrganization(t, "own"),
  },
  securityLog: { list: (p, t) => p.securityLog.list(t, {}, page) },
  sessions: {
    find: (p, t) => p.sessions.find(t, "s1"),
    findRefreshToken: (p, t) => p.sessions.findRefreshToken(t, "hash"),
  },
  teams: {
    find: (p, t) => p.teams.find(t, "org", "inner"),
    findByNameKey: (p, t) => p.teams.findByNameKey(t, "org", "team inner"),
    children: (p, t) => p.teams.children(t, "org", "outer"),
    list: (p, t) => p.teams.list(t, "org", {}, page),
    all: (p, t) => p.teams.all(t, "org"),
    findMember: (p, t) => p.teams.findMember(t, "org", "inner", "bob"),
    listMembers: (p, t) => p.teams.listMembers(t, "org", "inner", page),
    teamsOf: (p, t) => p.teams.teamsOf(t, "org", "bob"),
    rolesThroughTeam: (p, t) => p.teams.rolesThroughTeam(t, "org", "inner"),
  },
  tenants: { find: (p, t) => p.tenants.find(t) },
  users: {
    find: (p, t) => p.users.find(t, "bob"),
    findStatus: (p, t) => p.users.findStatus(t, "bob"),
    findByEmail: (p, t) => p.users.findByEmail(t, "bob@example.com"),
    findByUsernameKey: (p, t) => p.users.findByUsernameKey(t, "bob"),
    list: (p, t) => p.users.list(t, { q: "b" }, page),
    findPasswordHash: (p, t) => p.users.findPasswordHash(t, "bob"),
    isTenantAdministrator: (p, t) => p.users.isTenantAdministrator(t, "bob"),
  },
} satisfies { readonly [P in keyof Ports]?: { readonly [M in MethodOf<P>]?: Call } };

const writes = {
  copies: {
    insert: async (p, t) => p.copies.insert(t, "users", [await copiedUser(p, t, "second")]),
    putUnlinked: async (p, t) =>
      p.copies.putUnlinked(t, "users", [{ ...(await copiedUser(p, t, "bob")), name: "New" }]),
    put: async (p, t) =>
      p.copies.put(t, "users", [{ ...(await copiedUser(p, t, "bob")), name: "New" }]),
  },
  events: {
    append: (p, t) => p.events.append(eventRecord(t, "org", 2)),
    openInterval: (p, t) => p.events.openInterval(interval(t, 5)),
    closeInterval: (p, t) => p.events.closeInterval(t, "org", "membership", "bob", 3, later),
  },
  idempotency: {
    insert: (p, t) => p.idempotency.insert(answer(t, "other")),
    removeExpired: (p, t) => p.idempotency.removeExpired(t, longAfter, 10),
  },
  members: {
    insert: (p, t) => p.members.insert(membershipRecord(t, "org", "cid"), tenantRoles("member")),
    update: (p, t) =>
      p.members.update(
        membershipRecord(t, "org", "bob", { role: "developer", status: "suspended" }),
        tenantRoles("developer"),
      ),
    remove: (p, t) => p.members.remove(t, "org", "bob"),
    touch: (p, t) => p.members.touch(t, "org", "bob", later),
  },
  moves: {
    setFence: (p, t) => p.moves.setFence(t, true),
    park: (p, t) => p.moves.park(t, "users", ['["bob"]']),
    remove: (p, t) => p.moves.remove(t, "team_members", ['["org","inner","bob"]']),
    clear: (p, t) => p.moves.clear(t, "team_members", 10),
  },
  organizations: {
    insert: (p, t) => p.organizations.insert(organizationRecord(t, "second")),
    lock: (p, t) => p.organizations.lock(t, "org"),
    update: (p, t) =>
      p.organizations.update(organizationRecord(t, "org", { name: "New", status: "suspended" })),
    setCounts: (p, t) => p.organizations.setCounts(t, "org", 7, 7),
    purge: (p, t) => p.organizations.purge(t, "org"),
  },
  plans: {
    insert: (p, t) => p.plans.insert(planRecord(t, "second")),
    update: (p, t) =>
      p.plans.update(planRecord(t, "free", { is_default: true, seats: 1, name: "New" })),
    remove: (p, t) => p.plans.remove(t, "unused"),
  },
  resources: {
    insert: (p, t) => p.resources.insert(resourceRecord(t, "org", "p2")),
    remove: (p, t) => p.resources.remove(t, "org", "project", "p1"),
  },
  roles: {
    insert: (p, t) => p.roles.insert(roleRecord(t, "second")),
    update: (p, t) => p.roles.update(roleRecord(t, "member", { permissions: [], name: "New" })),
    remove: (p, t) => p.roles.remove(roleRecord(t, "own", { organization_id: "org" })),
  },
  securityLog: { append: (p, t) => p.securityLog.append(t, [denialRecord(t, "denial-9")], 1) },
  sessions: {
    insert: (p, t) => p.sessions.insert(session(t, "s2")),
    revoke: (p, t) => p.sessions.revoke(t, "s1", later),
    revokeAllOf: (p, t) => p.sessions.revokeAllOf(t, "bob", later),
    insertRefreshToken: (p, t) => p.sessions.insertRefreshToken(token(t, "other")),
    useRefreshToken: (p, t) => p.sessions.useRefreshToken(t, "hash", later),
    removeEnded: (p, t) => p.sessions.removeEnded(t, longAfter, 10),
  },
  teams: {
    insert: (p, t) => p.teams.insert(teamRecord(t, "org", "second"), tenantRoles("member")),
    update: (p, t) =>
      p.teams.update(teamRecord(t, "org", "outer", { name: "New" }), tenantRoles("member")),
    remove: (p, t) => p.teams.remove(t, "org", "inner"),
    insertMember: (p, t) => p.teams.insertMember(teamMemberRecord(t, "org", "inner", "ann")),
    updateMember: (p, t) =>
      p.teams.updateMember(teamMemberRecord(t, "org", "inner", "bob", { role: "maintainer" })),
    removeMember: (p, t) => p.teams.removeMember(t, "org", "inner", "bob"),
  },
  tenants: {
    lock: (p, t) => p.tenants.lock(t),
    update: (p, t) => p.tenants.update(tenantRecord(t, { name: "New", status: "suspended" })),
  },
  users: {
    insert: (p, t) => p.users.insert(userRecord(t, "second")),
    update: (p, t) => p.users.update(userRecord(t, "bob", { name: "New", email: null })),
    setPasswordHash: (p, t) => p.users.setPasswordHash(t, "bob", "new", later),
    setTenantAdministrator: (p, t) => p.users.setTenantAdministrator(t, "ann", true),
  },
} satisfies { readonly [P in keyof Ports]?: { readonly [M in MethodOf<P>]?: Call } };

/** Does not compile if a method that uses a tenant's rows is in neither list. */
type Missing = {
  [P in keyof Ports]: Exclude<
    keyof Calls[P],
    | (P extends keyof typeof reads ? keyof (typeof reads)[P] : never)
    | (P extends keyof typeof writes ? keyof (typeof writes)[P] : never)
  >;
}[keyof Ports];
const nothingIsMissing: [Missing] extends [never] ? true : Missing = true;

const longAfter = "2100-01-01T00:00:00.000Z";
const ours = "tenant-a";
const theirs = "tenant-b";
const nobodys = "tenant-c";

/** Calls every method with ids that exist in two tenants: nothing of the other tenant is read or changed. */
export function describeTenantIsolation(open: OpenSubject): void {
  describe("keeps tenants apart", () => {
    let storage: Storage;
    beforeEach(async () => {
      ({ storage } = await open());
      for (const tenant of [ours, theirs]) {
        await storage.transaction(tenant, (ports) => fillTenant(ports, tenant));
      }
      await storage.transaction(nobodys, (ports) => addTenant(ports, nobodys));
    });

    test("in every method there is", () => expect(nothingIsMissing).toBe(true));

    for (const [name, call] of listCalls(reads)) {
      test(`${name} gives a tenant its own rows and another tenant none of them`, async () => {
        const [own, other, none] = await Promise.all(
          [ours, theirs, nobodys].map(async (tenant) =>
            JSON.stringify(await call(storage.committed, tenant)),
          ),
        );
        expect(own).toBeDefined();
        // Apart from names both tenants have the same rows, so a difference would come from the other tenant.
        expect(own?.replaceAll(ours, "")).toBe(other?.replaceAll(theirs, ""));
        expect(own).not.toContain(theirs);
        expect(none ?? "").not.toContain(ours);
        if (!namesEveryTenants.has(name)) expect(none).not.toBe(own);
      });
    }

    for (const [name, call] of listCalls(writes)) {
      test(`${name} changes nothing of another tenant's`, async () => {
        const [ownBefore, othersBefore] = [await dump(storage, ours), await dump(storage, theirs)];
        await storage.transaction(ours, (ports) => call(ports, ours) as Promise<unknown>);
        expect(await dump(storage, theirs)).toEqual(othersBefore);
        expect(await dump(storage, ours)).not.toEqual(ownBefore);
      });
    }

    for (const [name, write] of crossings) {
      test(`refuses ${name} of another tenant`, async () => {
        await storage.transaction(theirs, (ports) => addStrangers(ports));
        await expect(
          storage.transaction(ours, (ports) => write(ports) as Promise<unknown>),
        ).rejects.toThrow();
      });
    }
  });
}

/** Methods that return something even without an organization, because every tenant has it from the start. */
const namesEveryTenants: ReadonlySet<string> = new Set([
  "moves.isFenced",
  "plans.find",
  "plans.findDefault",
]);

/** Rows that would refer to another tenant: `org-b` and `user-b` exist only there. */
const crossings: readonly (readonly [string, (ports: Ports) => unknown])[] = [
  [
    "a membership with a user",
    (p) => p.members.insert(membershipRecord(ours, "org", "user-b"), tenantRoles("member")),
  ],
  [
    "a membership in an organization",
    (p) => p.members.insert(membershipRecord(ours, "org-b", "cid"), tenantRoles("member")),
  ],
  [
    "a membership with a role",
    (p) => p.members.insert(membershipRecord(ours, "org", "cid"), tenantRoles("role-b")),
  ],
  ["a team in an organization", (p) => p.teams.insert(teamRecord(ours, "org-b", "team"), [])],
  [
    "a team with a role",
    (p) => p.teams.insert(teamRecord(ours, "org", "team"), tenantRoles("role-b")),
  ],
  [
    "a place in a team",
    (p) => p.teams.insertMember(teamMemberRecord(ours, "org", "team-b", "bob")),
  ],
  [
    "an organization on a plan",
    (p) => p.organizations.insert(organizationRecord(ours, "o", { plan_tier: "plan-b" })),
  ],
  ["a resource in an organization", (p) => p.resources.insert(resourceRecord(ours, "org-b", "p"))],
  ["a session of a user", (p) => p.sessions.insert({ ...session(ours, "s9"), user_id: "user-b" })],
  [
    "a copied row",
    async (p) =>
      p.copies.insert(ours, "users", [{ ...(await copiedUser(p, ours, "x")), tenant_id: theirs }]),
  ],
  ["a password of a user", (p) => p.users.setPasswordHash(ours, "user-b", "hash", later)],
];

/** A user's row, as a copy from another storage would bring it. */
async function copiedUser(ports: Ports, tenantId: string, id: string) {
  const rows = await ports.copies.page(tenantId, "users", null, 10);
  const bob = rows.find((row) => row.id === "bob");
  if (bob === undefined) throw new Error("There is no user bob");
  return id === "bob" ? bob : { ...bob, id, email: null, username: null, username_key: null };
}

async function addStrangers(ports: Ports): Promise<void> {
  await ports.users.insert(userRecord(theirs, "user-b"));
  await ports.plans.insert(planRecord(theirs, "plan-b"));
  await ports.roles.insert(roleRecord(theirs, "role-b"));
  await ports.organizations.insert(organizationRecord(theirs, "org-b"));
  await ports.teams.insert(teamRecord(theirs, "org", "team-b"), []);
}

function listCalls(
  ports: Readonly<Record<string, Readonly<Record<string, Call>>>>,
): readonly (readonly [string, Call])[] {
  return Object.entries(ports).flatMap(([port, methods]) =>
    Object.entries(methods).map(([method, call]) => [`${port}.${method}`, call] as const),
  );
}

/** Everything that can be read about a tenant. */
async function dump(storage: Storage, tenantId: string): Promise<Record<string, unknown>> {
  const dumped: Record<string, unknown> = {};
  for (const [name, call] of listCalls(reads)) {
    dumped[name] = await call(storage.committed, tenantId);
  }
  const { organizations, plans, roles, users, sessions, idempotency } = storage.committed;
  dumped["all organizations"] = await organizations.list(tenantId, { status: "any" }, page);
  dumped["all users"] = await users.list(tenantId, {}, page);
  dumped["unused plan"] = await plans.find(tenantId, "unused");
  dumped["all roles"] = await roles.list(tenantId, null);
  dumped["another session"] = await sessions.find(tenantId, "s2");
  dumped["another token"] = await sessions.findRefreshToken(tenantId, "other");
  dumped["another answer"] = await idempotency.find(tenantId, "user ann", "other");
  dumped["another administrator"] = await users.isTenantAdministrator(tenantId, "ann");
  return dumped;
}

/** Adds a tenant with a row in every table that holds tenants' rows. */
export async function fillTenant(ports: Ports, tenant: string): Promise<void> {
  await addTenant(ports, tenant);
  await addOrganization(ports, tenant);
  await addTeams(ports, tenant);
  await ports.plans.insert(planRecord(tenant, "unused"));
  await ports.roles.insert(roleRecord(tenant, "own", { organization_id: "org" }));
  await ports.users.update(userRecord(tenant, "bob", { email: "bob@example.com", name: "Bob" }));
  await ports.users.setPasswordHash(tenant, "bob", "hash", moment);
  await ports.users.setTenantAdministrator(tenant, "bob", true);
  await ports.resources.insert(resourceRecord(tenant, "org", "p1"));
  await ports.events.append(eventRecord(tenant, "org", 1));
  await ports.events.openInterval(interval(tenant, 1));
  await ports.sessions.insert(session(tenant, "s1"));
  await ports.sessions.insertRefreshToken(token(tenant, "hash"));
  await ports.idempotency.insert(answer(tenant, "key"));
  await ports.securityLog.append(tenant, [denialRecord(tenant, "denial-1")], 100);
}

function interval(tenantId: string, from: number) {
  return {
    tenant_id: tenantId,
    chain_id: "org",
    entity: "membership" as const,
    entity_id: "bob",
    from_sequence: from,
    from_at: moment,
    to_sequence: null,
    to_at: null,
  };
}

function session(tenantId: string, id: string) {
  return {
    tenant_id: tenantId,
    id,
    user_id: "bob",
    created_at: moment,
    expires_at: later,
    revoked_at: null,
  };
}

function token(tenantId: string, hash: string) {
  return {
    tenant_id: tenantId,
    token_hash: hash,
    session_id: "s1",
    created_at: moment,
    used_at: null,
  };
}

function answer(tenantId: string, key: string) {
  return {
    tenant_id: tenantId,
    principal: "user ann",
    idempotency_key: key,
    fingerprint: "print",
    result: null,
    created_at: moment,
    expires_at: later,
  };
}
