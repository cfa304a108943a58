import type { Awaitable } from "../awaitable.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { findKeptAnswer, idempotentCall, type KeptAnswer } from "../idempotency/idempotency.ts";
import {
  type LockedOrganization,
  type LockedTenant,
  type Mutation,
  type MutationOptions,
  mutate,
} from "../mutation.ts";
import type { OrganizationRecord } from "../organizations/organizations.store.ts";
import { recordDenialOf } from "../security-log/record-denial.ts";
import type { DenialCode, RefusedCredentialCode } from "../security-log/security-log.schema.ts";
import type { Ports } from "../store.ts";
import { assertTenantOpen, isTenantOpen, tenantNotFound } from "../tenants/tenants.policy.ts";
import { userNotFound } from "../users/user-record.ts";
import { assertNotDeactivated } from "../users/users.policy.ts";
import { type Access, isAllowed } from "./access.policy.ts";
import { currentAccess, lockedAccess } from "./access.ts";
import type { Permission } from "./permissions.ts";

/** What an operation requires: a permission in the organization, being an administrator, or a membership of any status. */
export type Required = Permission | "administrator" | "own_membership";

/** What an authorized caller may do. */
export interface Authority {
  /** The operator, the embedding program or a tenant administrator. They rank above every role. */
  readonly isAdministrator: boolean;
  readonly access: Access;
}

export const administratorAccess: Access = {
  roles: [],
  rank: Number.POSITIVE_INFINITY,
  holdsAll: true,
  permissions: new Set(),
  extent: "all",
  isSuspendedOrganization: false,
  isTenantAdministrator: true,
  isDeletedOrganization: false,
};
export const administratorAuthority: Authority = {
  isAdministrator: true,
  access: administratorAccess,
};

/** True for the operator and the embedding program, which may act in any tenant. */
export function isOperator(ctx: Context): boolean {
  return ctx.actor.type === "operator" || ctx.actor.type === "system";
}

/** True for everyone who manages the whole tenant: the operator and the tenant's administrators. */
export async function isAdministrator(ctx: Context, ports: Ports): Promise<boolean> {
  if (isOperator(ctx)) return true;
  if (ctx.actor.type !== "user") return false;
  if ((await ports.users.findStatus(ctx.tenantId, ctx.actor.id)) !== "active") return false;
  if (!(await ports.users.isTenantAdministrator(ctx.tenantId, ctx.actor.id))) return false;
  const tenant = await ports.tenants.find(ctx.tenantId);
  return tenant !== undefined && isTenantOpen(tenant.status);
}

/**
 * Lets authenticated callers in: users while they and their tenant are active, the operator always. Every use case
 * begins with it; a mutation checks again under its lock.
 *
 * @throws {DomainError} `authentication_required` for anonymous callers; `tenant_suspended` or `tenant_not_found` for
 * users of a tenant that is not active; `user_deactivated`.
 */
export async function requireActor(ctx: Context): Promise<void> {
  if (ctx.actor.type === "anonymous") {
    throw new DomainError("authentication_required", "Send a token: Authorization: Bearer …");
  }
  if (ctx.actor.type !== "user") return;
  const { tenantId, actor } = ctx;
  const { storage, admittedPeople } = ctx.engine;
  await storage.catchUp(tenantId, false);
  if (admittedPeople.has(tenantId, actor.id)) return;
  const changeCount = admittedPeople.changeCount();
  const { tenants, users } = storage.committed;
  const [tenant, status] = await Promise.all([
    tenants.find(tenantId),
    users.findStatus(tenantId, actor.id),
  ]);
  assertTenantOpen(tenant);
  assertNotDeactivated(status);
  // A user who does not exist has no permissions. They are not cached; otherwise a caller could fill the cache with invented ids.
  if (status !== undefined) admittedPeople.keep(tenantId, actor.id, changeCount);
}

/**
 * Lets in only the operator and the tenant's administrators.
 *
 * @throws {DomainError} `authentication_required`, `permission_denied`, `tenant_suspended`, `tenant_not_found`.
 */
export async function requireAdministrator(
  ctx: Context,
  ports: Ports,
  operation: string,
): Promise<void> {
  await requireActor(ctx);
  if (await isAdministrator(ctx, ports)) return;
  assertTenantOpen(await ports.tenants.find(ctx.tenantId));
  throw deny(ctx, "permission_denied", operation, null, "administrator");
}

/**
 * Authorizes a read in an organization.
 *
 * @throws {DomainError} `organization_not_found` where the caller may not know that it exists, `permission_denied`
 * where they see it but lack the permission; those of {@link requireActor}.
 */
export async function authorizeRead(
  ctx: Context,
  operation: string,
  organizationId: string,
  required: Required,
): Promise<Authority> {
  await requireActor(ctx);
  if (isOperator(ctx)) return administratorAuthority;
  const actorId = ctx.actor.type === "user" ? ctx.actor.id : "";
  const access = await currentAccess(ctx, organizationId, actorId);
  const ports = ctx.engine.storage.committed;
  const authority = await decide(ctx, ports, operation, organizationId, access, required);
  if (access?.extent === "all") ctx.engine.noteActivity(ctx.tenantId, organizationId, actorId);
  return authority;
}

/**
 * Refuses an organization that does not exist. For members {@link authorizeRead} has shown that it does, but
 * administrators pass it for any id; so a read that finds nothing calls this.
 *
 * @throws {DomainError} `organization_not_found`.
 */
export async function assertOrganizationExists(
  ctx: Context,
  organizationId: string,
): Promise<void> {
  const { organizations } = ctx.engine.storage.committed;
  if ((await organizations.find(ctx.tenantId, organizationId)) === undefined) {
    throw organizationNotFound();
  }
}

async function decide(
  ctx: Context,
  ports: Ports,
  operation: string,
  organizationId: string,
  access: Access | null,
  required: Required,
): Promise<Authority> {
  // Comes first: a role in the organization must not restrict a tenant administrator.
  if (access?.isTenantAdministrator) return administratorAuthority;
  if (access !== null && isGranted(access, required)) return { isAdministrator: false, access };
  if (await isAdministrator(ctx, ports)) return administratorAuthority;
  // A tenant that is not active is closed to its users, whatever roles they hold in it.
  assertTenantOpen(await ports.tenants.find(ctx.tenantId));
  if (access === null || !isVisible(access)) {
    throw deny(ctx, "organization_not_found", operation, organizationId, required);
  }
  throw deny(ctx, "permission_denied", operation, organizationId, required);
}

function isGranted(access: Access, required: Required): boolean {
  if (required === "administrator") return false;
  if (required === "own_membership") return !access.isDeletedOrganization;
  return isAllowed(access, required);
}

/** Whether the user may know that the organization exists: active members of one that is not deleted. */
function isVisible(access: Access): boolean {
  return access.extent !== "none" || access.isSuspendedOrganization;
}

/**
 * Makes the error for a missing permission and records it in the security log. All such errors are made here, so none
 * goes unrecorded.
 */
export function deny(
  ctx: Context,
  code: Exclude<DenialCode, RefusedCredentialCode>,
  operation: string,
  organizationId: string | null,
  permission: string,
): DomainError {
  const error = refusalOf(code, permission);
  recordDenialOf(error, ctx, { code, operation, organization_id: organizationId, permission });
  return error;
}

function refusalOf(
  code: Exclude<DenialCode, RefusedCredentialCode>,
  permission: string,
): DomainError {
  if (code === "organization_not_found") return organizationNotFound();
  if (code === "tenant_not_found") return tenantNotFound();
  if (code === "user_not_found") return userNotFound();
  return new DomainError(code, denialMessages[code](permission), { data: { permission } });
}

/** The messages for requirements that are not permissions. */
const deniedToPeople: Readonly<Record<string, string>> = {
  operator: "Only the operator may do this",
  administrator: "Only the operator and administrators of the tenant may do this",
  own_membership: "Only the invited person may do this",
};

const denialMessages = {
  permission_denied: (permission: string) =>
    deniedToPeople[permission] ??
    `This requires the permission ${permission}, which you do not hold here`,
  cannot_grant: (permission: string) =>
    `The role holds the permission ${permission}, which you do not hold and so cannot grant`,
  outranked: (permission: string) =>
    `The role ${permission} ranks above yours; ask somebody who ranks as high`,
};

/** One error for an id that never existed, one of another tenant, and one that the caller may not know of. */
export function organizationNotFound(): DomainError {
  return new DomainError(
    "organization_not_found",
    "There is no such organization, or you may not see it",
  );
}

/** A mutation inside one organization, as its use case describes it. */
export interface OrganizationCall {
  readonly operation: string;
  readonly organizationId: string;
  readonly required: Required;
  readonly input: unknown;
  /** Whether a deleted organization may be changed. Only administrators can see one. */
  readonly deleted?: "refused" | "allowed";
}

/**
 * Runs a mutation of one organization. The caller is authorized before any lock is taken, so that strangers cannot
 * make others wait, and again under the lock, since the first answer may be out of date by then.
 *
 * @param work Gets the locked organization and the caller's authority.
 *
 * @throws {DomainError} those of {@link authorizeRead}, `organization_deleted`, and what `work` throws.
 */
export async function mutateOrganization<T>(
  ctx: Context,
  call: OrganizationCall,
  work: (
    mutation: Mutation,
    organization: LockedOrganization,
    authority: Authority,
  ) => Awaitable<T>,
  options?: MutationOptions,
): Promise<T> {
  const { operation, organizationId, required } = call;
  const input = [organizationId, call.input];
  const kept = await findReplay(ctx, operation, input);
  if (kept !== undefined) return kept.result as T;
  await authorizeRead(ctx, operation, organizationId, required);
  return await mutate(
    ctx,
    operation,
    input,
    async (mutation) => {
      const organization = await mutation.lockOrganization(organizationId);
      if (organization === undefined) throw organizationNotFound();
      const authority = await authorizeLocked(mutation, call);
      if (organization.record.status === "deleted" && call.deleted !== "allowed") {
        throw deletedError(organization.record);
      }
      return await work(mutation, organization, authority);
    },
    options,
  );
}

/**
 * Runs a mutation of something that belongs to the tenant rather than to an organization. The caller must be an
 * administrator, before any lock is taken and again under the tenant's lock: of two administrators who revoke each
 * other at once, one remains.
 *
 * @throws {DomainError} those of {@link requireAdministrator}, and what `work` throws.
 */
export async function mutateTenant<T>(
  ctx: Context,
  operation: string,
  input: unknown,
  work: (mutation: Mutation, tenant: LockedTenant) => Awaitable<T>,
): Promise<T> {
  const kept = await findReplay(ctx, operation, input);
  if (kept !== undefined) return kept.result as T;
  await requireAdministrator(ctx, ctx.engine.storage.committed, operation);
  return await mutate(ctx, operation, input, async (mutation) => {
    const tenant = await mutation.lockTenant();
    await requireAdministrator(ctx, mutation.ports, operation);
    return await work(mutation, tenant);
  });
}

/**
 * The answer kept under the caller's idempotency key, if this call was done already. Looked up before authorization:
 * a caller who left, deleted or demoted themselves has lost the permission, and must still get the same answer when
 * they retry.
 */
async function findReplay(
  ctx: Context,
  operation: string,
  input: unknown,
): Promise<KeptAnswer | undefined> {
  const call = idempotentCall(ctx, operation, input);
  if (call === undefined) return undefined;
  await requireActor(ctx);
  const { clock, storage } = ctx.engine;
  const now = new Date(clock()).toISOString();
  return await findKeptAnswer(storage.committed, ctx.tenantId, call, now);
}

async function authorizeLocked(mutation: Mutation, call: OrganizationCall): Promise<Authority> {
  const { ctx, ports } = mutation;
  if (isOperator(ctx)) return administratorAuthority;
  const actorId = ctx.actor.type === "user" ? ctx.actor.id : "";
  const access = await lockedAccess(ports, ctx.tenantId, call.organizationId, actorId);
  return await decide(ctx, ports, call.operation, call.organizationId, access, call.required);
}

function deletedError(record: OrganizationRecord): DomainError {
  return new DomainError(
    "organization_deleted",
    `The organization ${record.slug} is deleted; restore it first`,
  );
}

/**
 * Refuses a write to a resource that has changed since the caller read it (If-Match, RFC 9110, section 13.1.1).
 *
 * @param revision The resource's revision, which is its ETag.
 *
 * @throws {DomainError} `revision_mismatch`; `precondition_required` where the settings require If-Match and none was
 * sent.
 */
export function assertIfMatch(ctx: Context, revision: number): void {
  if (ctx.ifMatch === undefined) {
    if (!ctx.engine.settings.requireIfMatch || isEmbedded(ctx)) return;
    throw new DomainError(
      "precondition_required",
      "Send If-Match with the ETag that you read, so that no other change is overwritten by mistake",
    );
  }
  if (ctx.ifMatch === revision || ctx.ifMatch === "any") return;
  throw new DomainError(
    "revision_mismatch",
    `The resource is at revision ${revision} now, not at the one in If-Match; read it again and repeat the change`,
    { data: { revision } },
  );
}

function isEmbedded(ctx: Context): boolean {
  return ctx.actor.type === "system";
}
