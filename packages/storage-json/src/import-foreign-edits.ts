import {
  type Context,
  changeOrganization,
  enterPlan,
  enterUser,
  insertOrganization,
  type LockedOrganization,
  type Membership,
  type Mutation,
  mutate,
  nameKey,
  newId,
  type OrganizationRecord,
  resolveRoles,
  updateCounts,
} from "@tenantry/core";
import type { ForeignEdits } from "./foreign-edits.ts";
import { type SourceMember, type SourceOrganization, toSourceRole } from "./source-records.ts";
import type { SourceTime } from "./source-time.ts";

/** Stores times that are more exact than the engine's tables can hold. */
export interface SourceTimes {
  /** @param userId Empty for the organization itself. */
  keep(orgId: string, userId: string, exact: string | null): void;
  /** The creation time of an organization never changes, except by another program's edit. */
  setCreated(tenantId: string, orgId: string, createdAt: string): void;
}

/**
 * Imports another program's edits, each with an event `imported`. They have already happened, so the rules for new changes
 * (seat limit, last owner) are not applied. An organization whose record is gone is marked as deleted and can be restored
 * with its members.
 */
export async function importForeignEdits(
  ctx: Context,
  edits: ForeignEdits,
  times: SourceTimes,
): Promise<void> {
  // Plans and users belong to the tenant, whose lock comes after all organizations' locks: hence a separate mutation.
  await mutate(ctx, "import_directory", null, async (mutation) => {
    for (const tier of new Set(edits.organizations.map(({ plan_tier }) => plan_tier))) {
      await enterPlan(mutation, tier);
    }
    for (const userId of new Set(edits.members.flatMap(({ put }) => put.map((m) => m.user_id)))) {
      await enterUser(mutation, userId);
    }
  });
  await mutate(ctx, "import_directory", null, (mutation) =>
    importOrganizations(mutation, edits, times),
  );
}

async function importOrganizations(
  mutation: Mutation,
  edits: ForeignEdits,
  times: SourceTimes,
): Promise<void> {
  const { organizations, missing } = edits;
  const records = new Map(organizations.map((one) => [one.id, one]));
  const members = new Map(edits.members.map((one) => [one.orgId, one]));
  const locked = new Map<string, LockedOrganization>();
  const ids = new Set([...records.keys(), ...missing, ...members.keys()]);
  for (const id of [...ids].sort()) {
    const organization = await mutation.lockOrganization(id);
    if (organization !== undefined) locked.set(id, organization);
  }
  // Deletions first: they free names that a new or renamed organization may have.
  for (const id of missing) await changeTo(mutation, locked.get(id), { status: "deleted" });
  for (const record of organizations.filter(({ status }) => status === "deleted")) {
    await importOrganization(mutation, locked, record, times);
  }
  for (const record of organizations.filter(({ status }) => status !== "deleted")) {
    await importOrganization(mutation, locked, record, times);
  }
  for (const [orgId, { put, removed }] of members) {
    const organization = locked.get(orgId);
    if (organization === undefined) continue;
    for (const userId of removed) await importRemoval(mutation, organization, userId);
    for (const member of put) await importMember(mutation, organization, member, times);
  }
}

async function importOrganization(
  mutation: Mutation,
  locked: Map<string, LockedOrganization>,
  theirs: SourceOrganization,
  times: SourceTimes,
): Promise<void> {
  const { id, name, created, plan_tier, status } = theirs;
  const { lago_customer_id, stripe_customer_id } = theirs;
  const fields = { name, plan_tier, status, lago_customer_id, stripe_customer_id };
  const organization = locked.get(id);
  times.keep(id, "", created.exact);
  if (organization !== undefined) {
    const { tenantId } = mutation.ctx;
    if (organization.record.created_at !== created.time) {
      times.setCreated(tenantId, id, created.time);
    }
    await changeTo(mutation, organization, { ...fields, created_at: created.time });
    return;
  }
  const deletedAt = status === "deleted" ? mutation.now : null;
  const isNew = { id, ...fields, created_at: created.time, deleted_at: deletedAt };
  locked.set(id, await insertOrganization(mutation, isNew, 0, "imported"));
}

async function changeTo(
  mutation: Mutation,
  organization: LockedOrganization | undefined,
  fields: Partial<OrganizationRecord>,
): Promise<void> {
  if (organization === undefined) return;
  const { record } = organization;
  const { name = record.name, status = record.status } = fields;
  const changes: Partial<OrganizationRecord> = {
    ...fields,
    name_key: nameKey(name),
    deleted_at: status === "deleted" ? (record.deleted_at ?? mutation.now) : null,
  };
  await changeOrganization(mutation, organization, changes, "imported");
}

async function importMember(
  mutation: Mutation,
  organization: LockedOrganization,
  theirs: SourceMember,
  times: SourceTimes,
): Promise<void> {
  const { ctx, ports } = mutation;
  const { org_id, user_id, joined } = theirs;
  times.keep(org_id, user_id, joined.exact);
  const before = (await ports.members.find(ctx.tenantId, org_id, user_id)) ?? null;
  // The file knows fewer roles: an administrator appears as a member there, and stays an administrator unless the edit changed the role.
  const isSameRole = before?.status === "active" && toSourceRole(before.role) === theirs.role;
  const roles = isSameRole ? null : await resolveRoles(mutation, org_id, [theirs.role]);
  const after: Membership = {
    ...(before ?? newMembership(mutation, theirs, joined)),
    ...(roles === null ? {} : { role: theirs.role, roles: [theirs.role] }),
    status: "active",
    joined_at: joined.time,
    revision: organization.record.revision,
    updated_at: mutation.now,
  };
  if (before === null) await ports.members.insert(after, roles ?? []);
  else await ports.members.update(after, roles);
  await append(mutation, organization, before, after);
}

function newMembership(mutation: Mutation, theirs: SourceMember, joined: SourceTime): Membership {
  return {
    id: newId("mem"),
    tenant_id: mutation.ctx.tenantId,
    organization_id: theirs.org_id,
    user_id: theirs.user_id,
    role: theirs.role,
    roles: [theirs.role],
    status: "active",
    invited_by_user_id: null,
    joined_at: joined.time,
    last_active_at: null,
    metadata: {},
    revision: 0,
    created_at: mutation.now,
    updated_at: mutation.now,
  };
}

async function importRemoval(
  mutation: Mutation,
  organization: LockedOrganization,
  userId: string,
): Promise<void> {
  const { ctx, ports } = mutation;
  const { id } = organization.record;
  const before = await ports.members.find(ctx.tenantId, id, userId);
  if (before === undefined) return;
  for (const place of await ports.teams.teamsOf(ctx.tenantId, id, userId)) {
    await ports.teams.removeMember(ctx.tenantId, id, place.team_id, userId);
    await mutation.append(organization.chain, {
      type: "imported",
      entity: "team_member",
      entity_id: `${place.team_id}/${userId}`,
      before: place,
      after: null,
    });
  }
  await ports.members.remove(ctx.tenantId, id, userId);
  await append(mutation, organization, before, null);
}

async function append(
  mutation: Mutation,
  organization: LockedOrganization,
  before: Membership | null,
  after: Membership | null,
): Promise<void> {
  updateCounts(organization, before, after);
  await mutation.append(organization.chain, {
    type: "imported",
    entity: "membership",
    entity_id: (after ?? before)?.user_id ?? "",
    before,
    after,
  });
}
