import type { Ports, Storage } from "@tenantry/core";
import { afterEach } from "vitest";
import {
  membershipRecord,
  organizationRecord,
  planRecord,
  roleRecord,
  teamRecord,
  tenantRecord,
  tenantRoles,
  userRecord,
} from "./records.ts";
import type { ConformanceSubject, OpenedStorage } from "./subject.ts";

export type OpenSubject = () => Promise<OpenedStorage>;

/** Returns a function that opens storages for tests and disposes of each after its test. */
export function disposingOpen(subject: ConformanceSubject): OpenSubject {
  const opened: OpenedStorage[] = [];
  afterEach(async () => {
    for (const storage of opened.splice(0)) await storage.dispose();
  });
  return async () => {
    const storage = await subject.open();
    opened.push(storage);
    return storage;
  };
}

/** The tenant that most tests use. */
export const tenantId = "tenant-a";

/** Adds a tenant with the plan and roles that all other records need. */
export async function addTenant(ports: Ports, id: string = tenantId): Promise<void> {
  await ports.tenants.insert(tenantRecord(id));
  await ports.plans.insert(planRecord(id, "free", { is_default: true }));
  await ports.roles.insert(roleRecord(id, "owner", { rank: 100, permissions: ["*"] }));
  await ports.roles.insert(roleRecord(id, "member"));
  await ports.roles.insert(
    roleRecord(id, "developer", { rank: 40, permissions: ["resource:write", "resource:read"] }),
  );
}

/** Adds an organization `org` with an owner `ann`, a member `bob`, and a user `cid` who is not a member. */
export async function addOrganization(ports: Ports, id: string = tenantId): Promise<void> {
  for (const user of ["ann", "bob", "cid"]) await ports.users.insert(userRecord(id, user));
  await ports.organizations.insert(organizationRecord(id, "org"));
  await ports.members.insert(
    membershipRecord(id, "org", "ann", { role: "owner" }),
    tenantRoles("owner"),
  );
  await ports.members.insert(membershipRecord(id, "org", "bob"), tenantRoles("member"));
  await ports.organizations.setCounts(id, "org", 2, 2);
}

/** As {@link addOrganization}, with two teams: `inner` inside `outer`, with `bob` in `inner`. */
export async function addTeams(ports: Ports, id: string = tenantId): Promise<void> {
  await ports.teams.insert(
    teamRecord(id, "org", "outer", { roles: ["developer"] }),
    tenantRoles("developer"),
  );
  await ports.teams.insert(
    teamRecord(id, "org", "inner", { parent_team_id: "outer", depth: 2 }),
    [],
  );
  await ports.teams.insertMember({
    tenant_id: id,
    organization_id: "org",
    team_id: "inner",
    user_id: "bob",
    role: "member",
    metadata: {},
    revision: 1,
    created_at: "2026-08-01T12:00:00.000Z",
    updated_at: "2026-08-01T12:00:00.000Z",
  });
}

/** A storage with one tenant and nothing else. */
export async function openWithTenant(open: OpenSubject): Promise<Storage> {
  const { storage } = await open();
  await storage.transaction(tenantId, (ports) => addTenant(ports));
  return storage;
}

/** A storage with one tenant and one organization. */
export async function openWithOrganization(open: OpenSubject): Promise<Storage> {
  const { storage } = await open();
  await storage.transaction(tenantId, async (ports) => {
    await addTenant(ports);
    await addOrganization(ports);
  });
  return storage;
}
