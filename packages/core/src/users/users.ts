import {
  assertIfMatch,
  deny,
  isAdministrator,
  isOperator,
  mutateTenant,
  requireActor,
  requireAdministrator,
} from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { givenFields, parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import { lastOwner } from "../members/change-membership.ts";
import { type Mutation, mutate } from "../mutation.ts";
import { normalizeEmail, usernameKey } from "../normalization.ts";
import { type JsonPage, toJsonPage, toPageRequest } from "../page.ts";
import type { Ports } from "../store.ts";
import { assertOwnTenant } from "../tenants/assert-own-tenant.ts";
import { assertTenantOpen } from "../tenants/tenants.policy.ts";
import { changeUser, insertUser, presentUser, userNotFound } from "./user-record.ts";
import { assertNotDeactivated } from "./users.policy.ts";
import {
  type CreateUserInput,
  createUserSchema,
  type ListUsersInput,
  listUsersSchema,
  type UpdateUserInput,
  type User,
  updateUserSchema,
} from "./users.schema.ts";
import type { UserRecord } from "./users.store.ts";

/**
 * Creates a user. For administrators; people create their own account with `registerUser`.
 *
 * @throws {DomainError} `id_taken`, `email_taken`, `username_taken`, `external_id_taken`.
 */
export async function createUser(ctx: Context, input: CreateUserInput): Promise<User> {
  const { tenant_id, ...fields } = parseInput(createUserSchema, input);
  await requireAdministrator(ctx, ctx.engine.storage.committed, "create_user");
  assertOwnTenant(ctx, tenant_id, "create_user");
  return await mutateTenant(ctx, "create_user", fields, async (mutation) =>
    presentUser(await insertUser(mutation, givenFields(fields)), true),
  );
}

/**
 * A user, for themselves and for administrators.
 *
 * @throws {DomainError} `user_not_found`, also for anybody else.
 */
export async function getUser(ctx: Context, id: string): Promise<User> {
  await requireActor(ctx);
  const ports = ctx.engine.storage.committed;
  const isAbove = await isAdministrator(ctx, ports);
  if (!isAbove && !isSelf(ctx, id))
    throw deny(ctx, "user_not_found", "get_user", null, "administrator");
  const record = await ports.users.find(ctx.tenantId, id);
  if (record === undefined) throw userNotFound();
  return presentUser(record, isAbove);
}

/** The users of the tenant. For administrators. */
export async function listUsers(ctx: Context, input: ListUsersInput = {}): Promise<JsonPage> {
  const { limit, cursor, skip, total, q, email, username, external_id } = parseInput(
    listUsersSchema,
    input,
  );
  await requireAdministrator(ctx, ctx.engine.storage.committed, "list_users");
  const filter = {
    q,
    external_id,
    email: email === undefined ? undefined : normalizeEmail(email),
    username_key: username === undefined ? undefined : usernameKey(username),
  };
  const page = toPageRequest({ limit, cursor, skip, total });
  return toJsonPage(await listingPorts(ctx).users.list(ctx.tenantId, filter, page));
}

/** The fields that users may change of themselves. All others, such as the address, are for administrators. */
const ownFields: ReadonlySet<string> = new Set(["name", "client_metadata"]);

/**
 * Changes a user. `status: "deactivated"` ends their sessions, and every check about them is denied from then on.
 *
 * @throws {DomainError} `user_not_found`, `permission_denied`, `email_taken`, `username_taken`, `revision_mismatch`;
 * `last_owner` where an organization would lose its only owner.
 */
export async function updateUser(ctx: Context, id: string, input: UpdateUserInput): Promise<User> {
  const { tenant_id, ...parsed } = parseInput(updateUserSchema, input);
  await requireActor(ctx);
  assertOwnTenant(ctx, tenant_id, "update_user");
  const fields = givenFields(parsed);
  await authorizeUpdate(ctx, ctx.engine.storage.committed, id, fields);
  const user = await mutate(ctx, "update_user", [id, fields], async (mutation) => {
    if (fields.status === "deactivated") await lockOwnedOrganizations(mutation, id);
    const { record: tenant } = await mutation.lockTenant();
    if (!isOperator(ctx)) assertTenantOpen(tenant);
    const isAbove = await authorizeUpdate(ctx, mutation.ports, id, fields);
    const before = await mutation.ports.users.find(ctx.tenantId, id);
    if (before === undefined) throw userNotFound();
    if (isSelf(ctx, id)) assertNotDeactivated(before.status);
    assertIfMatch(ctx, before.revision);
    return presentUser(await applyUpdate(mutation, before, fields), isAbove);
  });
  if (user.status === "deactivated") ctx.engine.sessions.clear();
  return user;
}

/**
 * Authorizes the update; true for callers who manage the tenant. Called before the locks are taken, and again under
 * them.
 */
async function authorizeUpdate(
  ctx: Context,
  ports: Ports,
  id: string,
  fields: Partial<UserRecord>,
): Promise<boolean> {
  const isAbove = await isAdministrator(ctx, ports);
  if (!isAbove && !isSelf(ctx, id)) {
    throw deny(ctx, "user_not_found", "update_user", null, "administrator");
  }
  if (!isAbove && Object.keys(fields).some((key) => !ownFields.has(key))) {
    throw deny(ctx, "permission_denied", "update_user", null, "administrator");
  }
  return isAbove;
}

async function applyUpdate(
  mutation: Mutation,
  before: UserRecord,
  fields: Partial<UserRecord>,
): Promise<UserRecord> {
  const { status, ...rest } = fields;
  const changes = withKeys(before, rest);
  const changed = await changeUser(mutation, before, changes, "user.updated");
  if (status === undefined || status === before.status) return changed;
  if (status === "active") {
    return await changeUser(mutation, changed, { status }, "user.reactivated");
  }
  await assertOwnersRemain(mutation, before.id);
  await mutation.ports.sessions.revokeAllOf(before.tenant_id, before.id, mutation.now);
  return await changeUser(mutation, changed, { status }, "user.deactivated");
}

/** Adds the fields that follow from the given ones: a new address is unverified, a new username has a new key. */
function withKeys(before: UserRecord, fields: Partial<UserRecord>): Partial<UserRecord> {
  const { username, email } = fields;
  return {
    ...fields,
    ...(username === undefined
      ? {}
      : { username_key: username === null ? null : usernameKey(username) }),
    ...(email === undefined || email === before.email ? {} : { email_verified: false }),
  };
}

/** Locks the organizations that could lose their last owner, so that two owners deactivated at once cannot both go. */
async function lockOwnedOrganizations(mutation: Mutation, userId: string): Promise<void> {
  const { ctx, ports } = mutation;
  for (const id of await ports.members.organizationsOwnedBy(ctx.tenantId, userId)) {
    await mutation.lockOrganization(id);
  }
}

async function assertOwnersRemain(mutation: Mutation, userId: string): Promise<void> {
  const { ctx, ports } = mutation;
  for (const id of await ports.members.organizationsOwnedBy(ctx.tenantId, userId)) {
    if (!(await ports.members.hasOtherOwner(ctx.tenantId, id, userId))) throw lastOwner();
  }
}

/** Makes a user an administrator of the tenant, who manages all of its organizations. For administrators. */
export async function grantTenantAdministrator(ctx: Context, userId: string): Promise<void> {
  await changeTenantAdministrator(ctx, userId, "grant_tenant_administrator");
}

/** Removes a user from the tenant's administrators. For administrators. */
export async function revokeTenantAdministrator(ctx: Context, userId: string): Promise<void> {
  await changeTenantAdministrator(ctx, userId, "revoke_tenant_administrator");
}

async function changeTenantAdministrator(
  ctx: Context,
  userId: string,
  operation: "grant_tenant_administrator" | "revoke_tenant_administrator",
): Promise<void> {
  await mutateTenant(ctx, operation, userId, async (mutation) => {
    const status = await mutation.ports.users.findStatus(ctx.tenantId, userId);
    if (status === undefined) throw userNotFound();
    await setTenantAdministrator(mutation, userId, operation === "grant_tenant_administrator");
  });
}

/** Adds or removes a tenant administrator. Every such change goes through here. Does nothing if it is so already. */
export async function setTenantAdministrator(
  mutation: Mutation,
  userId: string,
  isGranted: boolean,
): Promise<void> {
  const { ctx, ports } = mutation;
  const tenant = await mutation.lockTenant();
  if (!(await ports.users.setTenantAdministrator(ctx.tenantId, userId, isGranted))) return;
  const row = { tenant_id: ctx.tenantId, user_id: userId, role: "administrator" };
  await mutation.append(tenant.chain, {
    type: isGranted ? "tenant_administrator.granted" : "tenant_administrator.revoked",
    entity: "tenant_user_role",
    entity_id: userId,
    before: isGranted ? null : row,
    after: isGranted ? row : null,
  });
}

function isSelf(ctx: Context, userId: string): boolean {
  return ctx.actor.type === "user" && ctx.actor.id === userId;
}
