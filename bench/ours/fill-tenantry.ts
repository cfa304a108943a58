import {
  admitMember,
  grantOf,
  insertOrganization,
  insertUser,
  type Mutation,
  mutate,
  type RoleGrant,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import type { Dataset, DatasetMembership, DatasetRole } from "../dataset/dataset.ts";

/** How many writes run at once and share a transaction: enough to be quick, few enough to keep the log small. */
const usersPerMutation = 1_000;
const organizationsPerMutation = 200;

/**
 * Writes the data of the run with the normal functions, so that the rows are those of real use: with
 * events, hash chains, history intervals and counts.
 */
export async function fillTenantry(tenantry: Tenantry, dataset: Dataset): Promise<void> {
  await fillUsers(tenantry, dataset);
  const grants = await readGrants(tenantry);
  const members = groupByOrganization(dataset.memberships);
  const indexes = dataset.organizations.map((_, index) => index);
  for (const group of inGroups(indexes, organizationsPerMutation)) {
    await mutate(tenantry.context(), "fill_organizations", group, async (mutation) => {
      for (const index of group) {
        await fillOrganization(mutation, dataset, index, members.get(index) ?? [], grants);
      }
    });
  }
}

async function fillUsers(tenantry: Tenantry, { users }: Dataset): Promise<void> {
  for (const group of inGroups(users, usersPerMutation)) {
    await mutate(tenantry.context(), "fill_users", null, async (mutation) => {
      for (const { id, name, email } of group) await insertUser(mutation, { id, name, email });
    });
  }
}

async function fillOrganization(
  mutation: Mutation,
  dataset: Dataset,
  index: number,
  memberships: readonly DatasetMembership[],
  grants: ReadonlyMap<string, RoleGrant>,
): Promise<void> {
  const made = dataset.organizations[index];
  if (made === undefined) throw new RangeError(`no organization ${index}`);
  const { id, name, slug, domain, billingEmail: billing_email } = made;
  const input = { id, name, slug, domain, billing_email };
  const organization = await insertOrganization(mutation, input);
  for (const { user, role } of memberships) {
    await admitMember(mutation, organization, {
      user_id: dataset.users[user]?.id ?? "",
      roles: [grantNamed(grants, role)],
      status: "active",
      invited_by_user_id: null,
    });
  }
}

async function readGrants({ engine, defaultTenant }: Tenantry): Promise<Map<string, RoleGrant>> {
  const roles = await engine.storage.committed.roles.list(defaultTenant.id, null);
  return new Map(roles.map((role) => [role.key, grantOf(role)]));
}

function grantNamed(grants: ReadonlyMap<string, RoleGrant>, role: DatasetRole): RoleGrant {
  const grant = grants.get(role);
  if (grant === undefined) throw new Error(`the catalogue has no role ${role}`);
  return grant;
}

function groupByOrganization(
  memberships: readonly DatasetMembership[],
): Map<number, DatasetMembership[]> {
  return Map.groupBy(memberships, ({ organization }) => organization);
}

function* inGroups<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let first = 0; first < items.length; first += size) yield items.slice(first, first + size);
}
