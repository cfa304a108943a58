import type { Context } from "../context.ts";
import type { Member } from "../members/members.schema.ts";
import type { Organization } from "../organizations/organizations.schema.ts";
import type { OrganizationRecord } from "../organizations/organizations.store.ts";
import type { Resource } from "../resources/resources.schema.ts";
import type { Ports } from "../store.ts";
import type { TeamMember } from "../teams/teams.schema.ts";
import type { User } from "../users/users.schema.ts";
import type { ExportTarget } from "./exports.ts";
import { readEveryPage } from "./read-every-page.ts";
import {
  tenantFileVersion,
  tenantFormat,
  toMembershipRow,
  toOrganizationRow,
  toPlanRow,
  toResourceRow,
  toRoleRow,
  toTeamMemberRow,
  toTeamRow,
  toUserRow,
} from "./tenant-file.schema.ts";

/** Writes all rows of a tenant with their ids and times, one row per line, so that two exports can be compared. */
export async function exportTenantFile(
  ctx: Context,
  ports: Ports,
  target: ExportTarget,
): Promise<void> {
  const { tenantId } = ctx;
  const tenant = await ports.tenants.find(tenantId);
  const head = {
    format: tenantFormat,
    version: tenantFileVersion,
    exported_at: new Date(ctx.engine.clock()).toISOString(),
    tenant: { slug: tenant?.slug, name: tenant?.name },
  };
  await target.write(JSON.stringify(head).slice(0, -1));
  const roles = await ports.roles.list(tenantId, null);
  await writeRows(target, "roles", roles.map(toRoleRow));
  const plans = await ports.plans.list(tenantId);
  await writeRows(target, "plans", plans.map(toPlanRow));
  await writeUsers(ports, tenantId, target);
  await target.write(',\n"organizations":[');
  let isFirst = true;
  for (const id of await organizationIds(ports, tenantId)) {
    const record = await ports.organizations.find(tenantId, id);
    if (record === undefined) continue;
    await target.write(isFirst ? "\n" : ",\n");
    isFirst = false;
    await writeOrganization(ports, record, target);
  }
  await target.write("\n]}\n");
}

/** The ids of organizations of every status, ascending. */
async function organizationIds(ports: Ports, tenantId: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const status of [undefined, "deleted"] as const) {
    const found = await readEveryPage<Organization>((page) =>
      ports.organizations.list(tenantId, { status }, page),
    );
    for (const { id } of found) ids.push(id);
  }
  return ids.sort();
}

async function writeUsers(ports: Ports, tenantId: string, target: ExportTarget): Promise<void> {
  // Lists leave private metadata out, so each user is read singly.
  const users = await readEveryPage<User>((page) => ports.users.list(tenantId, {}, page));
  const rows = [];
  for (const { id } of users) {
    const record = await ports.users.find(tenantId, id);
    if (record === undefined) continue;
    const is_tenant_administrator = await ports.users.isTenantAdministrator(tenantId, id);
    rows.push(toUserRow({ ...record, is_tenant_administrator }));
  }
  await writeRows(target, "users", rows);
}

async function writeOrganization(
  ports: Ports,
  record: OrganizationRecord,
  target: ExportTarget,
): Promise<void> {
  const { tenant_id, id } = record;
  await target.write(JSON.stringify(toOrganizationRow(record)).slice(0, -1));
  target.count("organizations", 1);
  const roles = await ports.roles.list(tenant_id, id);
  const own = roles.filter(({ organization_id }) => organization_id === id);
  await writeRows(target, "roles", own.map(toRoleRow));
  const members = await readEveryPage<Member>((page) =>
    ports.members.list(tenant_id, id, {}, page),
  );
  await writeRows(target, "memberships", members.map(toMembershipRow));
  await writeTeams(ports, tenant_id, id, target);
  const resources = await readEveryPage<Resource>((page) =>
    ports.resources.list(tenant_id, id, undefined, page),
  );
  await writeRows(target, "resources", resources.map(toResourceRow));
  await target.write("}");
}

async function writeTeams(
  ports: Ports,
  tenantId: string,
  organizationId: string,
  target: ExportTarget,
): Promise<void> {
  const rows = [];
  for (const team of await ports.teams.all(tenantId, organizationId)) {
    const members = await readEveryPage<TeamMember>((page) =>
      ports.teams.listMembers(tenantId, organizationId, team.id, page),
    );
    target.count("team_memberships", members.length);
    rows.push(toTeamRow({ ...team, members: members.map(toTeamMemberRow) }));
  }
  await writeRows(target, "teams", rows);
}

async function writeRows(
  target: ExportTarget,
  name: "roles" | "plans" | "users" | "memberships" | "teams" | "resources",
  rows: readonly object[],
): Promise<void> {
  const lines = rows.map((row) => JSON.stringify(row)).join(",\n");
  await target.write(`,\n"${name}":[${lines === "" ? "" : `\n${lines}\n`}]`);
  target.count(name, rows.length);
}
