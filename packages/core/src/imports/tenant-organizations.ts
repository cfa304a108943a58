import type { Member } from "../members/members.schema.ts";
import { admitMember } from "../members/members.ts";
import type { LockedOrganization } from "../mutation.ts";
import { insertOrganization } from "../organizations/create-organization.ts";
import { insertResource } from "../resources/resources.ts";
import { type RoleGrant, resolveRoles } from "../roles/held-roles.ts";
import type { ImportRun } from "./import-run.ts";
import { readEveryPage } from "./read-every-page.ts";
import { importRole } from "./tenant-catalogue.ts";
import { enter } from "./tenant-entry.ts";
import {
  type MembershipRow,
  type OrganizationRow,
  toMembershipRow,
  toOrganizationRow,
  toResourceRow,
} from "./tenant-file.schema.ts";
import { importTenantTeams } from "./tenant-teams.ts";

/** An organization of the file with its record here. */
export interface Inside {
  readonly run: ImportRun;
  readonly row: OrganizationRow;
  readonly place: string;
  readonly locked: LockedOrganization;
  readonly isNew: boolean;
  /** The roles with these keys. Cached, because thousands of members hold the same ones. */
  rolesOf(keys: readonly string[]): Promise<readonly RoleGrant[]>;
}

/** Imports an organization with its own roles, its members, teams and resources. */
export async function importTenantOrganization(
  run: ImportRun,
  row: OrganizationRow,
  place: string,
  present: LockedOrganization | undefined,
): Promise<void> {
  let locked = present;
  await enter(run, {
    entry: { kind: "organizations", organization: row.slug, name: row.name },
    place,
    isInNewOrganization: false,
    wanted: toOrganizationRow(row),
    here: present && toOrganizationRow(present.record),
    insert: async () => {
      const active = row.memberships.filter(({ status }) => status === "active").length;
      locked = await insertOrganization(run.mutation, toOrganizationRow(row), active);
    },
  });
  if (locked === undefined) return;
  const isNew = present === undefined;
  const inside = { run, row, place, locked, isNew, rolesOf: rememberRoles(run, row.id) };
  await importOwnRoles(inside);
  await importMemberships(inside);
  await importTenantTeams(inside);
  await importResources(inside);
}

function rememberRoles(run: ImportRun, organizationId: string): Inside["rolesOf"] {
  const known = new Map<string, readonly RoleGrant[]>();
  return async (keys) => {
    const found = known.get(keys.join());
    if (found !== undefined) return found;
    const roles = await resolveRoles(run.mutation, organizationId, keys);
    known.set(keys.join(), roles);
    return roles;
  };
}

async function importOwnRoles({ run, row, place, locked }: Inside): Promise<void> {
  for (const [index, role] of row.roles.entries()) {
    await importRole(run, role, {
      chain: locked.chain,
      organizationId: row.id,
      revision: locked.record.revision,
      isEmpty: false,
      entry: { kind: "roles", organization: row.slug, name: role.key },
      pointer: `${place}/roles/${index}`,
    });
  }
}

async function importMemberships(inside: Inside): Promise<void> {
  const { run, row, place, isNew } = inside;
  const present = await presentMemberships(inside);
  for (const [index, membership] of row.memberships.entries()) {
    await enter(run, {
      entry: { kind: "memberships", organization: row.slug, name: membership.user_id },
      place: `${place}/memberships/${index}`,
      isInNewOrganization: isNew,
      wanted: membership,
      here: present.get(membership.user_id),
      insert: () => admit(inside, membership),
    });
  }
}

async function presentMemberships({
  run,
  row,
  isNew,
}: Inside): Promise<ReadonlyMap<string, MembershipRow>> {
  if (isNew) return new Map();
  const { ctx, ports } = run.mutation;
  const members = await readEveryPage<Member>((page) =>
    ports.members.list(ctx.tenantId, row.id, {}, page),
  );
  return new Map(members.map((member) => [member.user_id, toMembershipRow(member)]));
}

async function admit({ run, locked, rolesOf }: Inside, row: MembershipRow): Promise<void> {
  const { user_id, roles, invited_by_user_id, metadata, ...imported } = row;
  await admitMember(run.mutation, locked, {
    user_id,
    roles: await rolesOf(roles),
    status: row.status === "invited" ? "invited" : "active",
    invited_by_user_id,
    metadata,
    imported,
  });
}

async function importResources({ run, row, place, locked, isNew }: Inside): Promise<void> {
  const { mutation } = run;
  const { tenantId } = mutation.ctx;
  for (const [index, resource] of row.resources.entries()) {
    const { type, external_id } = resource;
    const here = isNew
      ? undefined
      : await mutation.ports.resources.find(tenantId, row.id, type, external_id);
    await enter(run, {
      entry: { kind: "resources", organization: row.slug, name: `${type}/${external_id}` },
      place: `${place}/resources/${index}`,
      isInNewOrganization: isNew,
      wanted: resource,
      here: here && toResourceRow(here),
      insert: () =>
        insertResource(mutation, locked, {
          ...resource,
          tenant_id: tenantId,
          organization_id: row.id,
          revision: locked.record.revision,
        }),
    });
  }
}
