import { type Access, permissionBeyond } from "../access/access.policy.ts";
import {
  administratorAccess,
  assertIfMatch,
  assertOrganizationExists,
  authorizeRead,
  deny,
  mutateOrganization,
  mutateTenant,
  requireActor,
} from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { LockedChain } from "../events/append-event.ts";
import { parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import type { Mutation } from "../mutation.ts";
import { canonicalRoleKey, ownerRole } from "./default-roles.ts";
import {
  type CreateRoleInput,
  createRoleSchema,
  type Role,
  type UpdateRoleInput,
  updateRoleSchema,
} from "./roles.schema.ts";

/**
 * The roles that can be held: the tenant's and, if an organization is given, its own; highest first.
 *
 * @param organizationId Null for the tenant's roles only.
 */
export async function listRoles(
  ctx: Context,
  organizationId: string | null,
): Promise<readonly Role[]> {
  await authorizeCatalogue(ctx, "list_roles", organizationId);
  return await listingPorts(ctx).roles.list(ctx.tenantId, organizationId);
}

/** Also checks that the organization exists: any id would otherwise seem to have the tenant's roles. */
async function authorizeCatalogue(
  ctx: Context,
  operation: string,
  organizationId: string | null,
): Promise<void> {
  if (organizationId === null) return await requireActor(ctx);
  const { isAdministrator } = await authorizeRead(ctx, operation, organizationId, "role:read");
  if (isAdministrator) await assertOrganizationExists(ctx, organizationId);
}

/** @throws {DomainError} `role_not_found`. */
export async function getRole(
  ctx: Context,
  organizationId: string | null,
  key: string,
): Promise<Role> {
  await authorizeCatalogue(ctx, "get_role", organizationId);
  const { roles } = ctx.engine.storage.committed;
  const role = await roles.find(ctx.tenantId, organizationId, canonicalRoleKey(key));
  if (role === undefined) throw roleNotFound();
  return role;
}

/**
 * Creates a role of the tenant (administrators only) or of one organization, which may hold only permissions that its
 * creator holds.
 *
 * @throws {DomainError} `role_key_taken`, `cannot_grant`, `outranked`, `permission_denied`.
 */
export async function createRole(
  ctx: Context,
  organizationId: string | null,
  input: CreateRoleInput,
): Promise<Role> {
  const parsed = parseInput(createRoleSchema, input);
  return await mutateCatalogue(ctx, "create_role", organizationId, parsed, async (catalogue) => {
    const { mutation, chain, revision, access } = catalogue;
    const { now } = mutation;
    assertMayDefine(ctx, "create_role", organizationId, access, parsed, parsed.permissions);
    const role: Role = {
      tenant_id: ctx.tenantId,
      organization_id: organizationId,
      ...parsed,
      is_default: false,
      revision,
      created_at: now,
      updated_at: now,
    };
    await insertRole(mutation, chain, role);
    return role;
  });
}

/**
 * Creates a role while its catalogue's lock is held. Every new role goes through here.
 *
 * @param chain The chain of the tenant, or of the organization whose role it is.
 * @throws {DomainError} `role_key_taken`.
 */
export async function insertRole(
  mutation: Mutation,
  chain: LockedChain,
  role: Role,
): Promise<void> {
  await assertKeyFree(mutation, role.organization_id, role.key);
  await mutation.ports.roles.insert(role);
  await mutation.append(chain, roleEvent("role.created", null, role));
}

/**
 * Changes a role and appends the event. Every change goes through here. Does nothing if no field differs.
 *
 * @throws {DomainError} `role_fixed` for the owner role.
 */
export async function changeRole(
  mutation: Mutation,
  chain: LockedChain,
  before: Role,
  after: Role,
): Promise<Role> {
  if (isSame(before, after)) return before;
  assertChangeable(before);
  await mutation.ports.roles.update(after);
  await mutation.append(chain, roleEvent("role.updated", before, after));
  return after;
}

/**
 * Changes a role's name, description or permissions; its key and rank never change. The caller must hold every
 * permission that is added or taken away.
 *
 * @throws {DomainError} `role_not_found`, `role_fixed`, `cannot_grant`, `outranked`, `revision_mismatch`.
 */
export async function updateRole(
  ctx: Context,
  organizationId: string | null,
  key: string,
  input: UpdateRoleInput,
): Promise<Role> {
  const parsed = parseInput(updateRoleSchema, input);
  return await mutateCatalogue(
    ctx,
    "update_role",
    organizationId,
    [key, parsed],
    async (catalogue) => {
      const { mutation, chain, revision, access } = catalogue;
      const before = await findOwn(mutation, organizationId, key);
      assertIfMatch(ctx, before.revision);
      assertChangeable(before);
      const after: Role = {
        ...before,
        name: parsed.name ?? before.name,
        description: parsed.description === undefined ? before.description : parsed.description,
        permissions: parsed.permissions ?? before.permissions,
        revision,
        updated_at: mutation.now,
      };
      const touched = [...before.permissions, ...after.permissions];
      assertMayDefine(ctx, "update_role", organizationId, access, before, touched);
      return await changeRole(mutation, chain, before, after);
    },
  );
}

function isSame(before: Role, after: Role): boolean {
  const changing = (role: Role) => JSON.stringify([role.name, role.description, role.permissions]);
  return changing(before) === changing(after);
}

/** @throws {DomainError} `role_not_found`, `role_fixed`, `role_in_use`, `outranked`. */
export async function deleteRole(
  ctx: Context,
  organizationId: string | null,
  key: string,
): Promise<void> {
  await mutateCatalogue(ctx, "delete_role", organizationId, key, async (catalogue) => {
    const { mutation, chain, access } = catalogue;
    const before = await findOwn(mutation, organizationId, key);
    assertIfMatch(ctx, before.revision);
    if (before.is_default) throw roleFixed(before.key);
    assertMayDefine(ctx, "delete_role", organizationId, access, before, before.permissions);
    await mutation.ports.roles.remove(before);
    await mutation.append(chain, roleEvent("role.deleted", before, null));
  });
}

interface Catalogue {
  readonly mutation: Mutation;
  readonly chain: LockedChain;
  readonly revision: number;
  readonly access: Access;
}

/** Runs a mutation of the tenant's roles or of one organization's, under the lock of whichever it is. */
async function mutateCatalogue<T>(
  ctx: Context,
  operation: string,
  organizationId: string | null,
  input: unknown,
  work: (catalogue: Catalogue) => Promise<T>,
): Promise<T> {
  if (organizationId !== null) {
    const call = { operation, organizationId, required: "role:write", input } as const;
    return await mutateOrganization(ctx, call, (mutation, organization, authority) => {
      const { chain, record } = organization;
      return work({ mutation, chain, revision: record.revision, access: authority.access });
    });
  }
  return await mutateTenant(ctx, operation, input, (mutation, { chain, record }) =>
    work({ mutation, chain, revision: record.revision, access: administratorAccess }),
  );
}

function assertMayDefine(
  ctx: Context,
  operation: string,
  organizationId: string | null,
  access: Access,
  { key, rank }: Pick<Role, "key" | "rank">,
  permissions: readonly string[],
): void {
  const missing = permissionBeyond(access, [{ permissions }]);
  if (missing !== undefined) throw deny(ctx, "cannot_grant", operation, organizationId, missing);
  if (rank > access.rank) throw deny(ctx, "outranked", operation, organizationId, key);
}

/** A key must mean one role in an organization, so the tenant and an organization never have the same key. */
async function assertKeyFree(
  mutation: Mutation,
  organizationId: string | null,
  key: string,
): Promise<void> {
  const { ctx, ports } = mutation;
  const isTaken =
    canonicalRoleKey(key) !== key ||
    (await ports.roles.find(ctx.tenantId, organizationId, key)) !== undefined ||
    (organizationId === null && (await ports.roles.isKeyTakenByAnOrganization(ctx.tenantId, key)));
  if (!isTaken) return;
  throw new DomainError("role_key_taken", `There is a role ${key} already; choose another key`, {
    fields: [{ pointer: "/key", detail: "is taken" }],
  });
}

/** A role of exactly this catalogue: the tenant's roles cannot be changed through an organization. */
async function findOwn(
  mutation: Mutation,
  organizationId: string | null,
  key: string,
): Promise<Role> {
  const { ctx, ports } = mutation;
  const role = await ports.roles.find(ctx.tenantId, organizationId, canonicalRoleKey(key));
  if (role === undefined) throw roleNotFound();
  if (role.organization_id !== organizationId) throw roleFixed(role.key);
  return role;
}

/** The owner role cannot change: the last-owner rule and the creation of organizations depend on it. */
function assertChangeable(role: Role): void {
  if (role.organization_id === null && role.key === ownerRole) throw roleFixed(role.key);
}

function roleFixed(key: string): DomainError {
  return new DomainError("role_fixed", `The role ${key} cannot be changed or deleted here`);
}

function roleNotFound(): DomainError {
  return new DomainError("role_not_found", "There is no such role");
}

function roleEvent(
  type: "role.created" | "role.updated" | "role.deleted",
  before: Role | null,
  after: Role | null,
) {
  return { type, entity: "role", entity_id: (after ?? before)?.key ?? "", before, after } as const;
}
