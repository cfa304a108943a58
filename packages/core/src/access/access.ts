import type { Context, Engine } from "../context.ts";
import type { Ports } from "../store.ts";
import { type Access, accessOf, isAllowed } from "./access.policy.ts";
import type {
  CheckBatchInput,
  CheckBatchResult,
  CheckRequest,
  CheckResult,
} from "./access.schema.ts";
import type { CachedAccess } from "./access-table.ts";

/**
 * Whether a user has a permission in an organization. Answers from memory where it can. Unknown ids, ids of another
 * tenant, non-members, invited or suspended members and deactivated users all get the same `false`.
 *
 * Within a process the answer is never older than the last acknowledged change. Changes by other processes are seen
 * as of the storage's last look for their commits (on SQLite at most a millisecond ago), unless `consistency:
 * "strong"` or `minimum_revision` requires more.
 *
 * Only membership counts here. That tenant administrators and the operator may manage organizations without one is
 * decided by `authorizeRead`.
 */
export function check(ctx: Context, request: CheckRequest): CheckResult | Promise<CheckResult> {
  const { engine, tenantId } = ctx;
  const caughtUp = engine.storage.catchUp(tenantId, request.consistency === "strong");
  if (caughtUp instanceof Promise) return caughtUp.then(() => answer(ctx, request));
  const cached = engine.permissions.find(tenantId, request.organization_id, request.user_id);
  if (cached === undefined || cached.revision < (request.minimum_revision ?? 0)) {
    return answer(ctx, request);
  }
  return resultOf(cached, request.permission);
}

/** As {@link check}, for up to 100 requests; answers come in the order of the requests. */
export async function checkBatch(ctx: Context, input: CheckBatchInput): Promise<CheckBatchResult> {
  await ctx.engine.storage.catchUp(ctx.tenantId, input.consistency === "strong");
  const results: CheckResult[] = [];
  for (const one of input.checks) {
    results.push(await answer(ctx, { ...one, minimum_revision: input.minimum_revision }));
  }
  return { results };
}

async function answer(
  ctx: Context,
  request: Omit<CheckRequest, "consistency">,
): Promise<CheckResult> {
  const { organization_id, user_id, minimum_revision } = request;
  const { engine, tenantId } = ctx;
  let cached = await cachedAccess(engine, tenantId, organization_id, user_id);
  if (cached.revision < (minimum_revision ?? 0)) {
    // The entry is older than the revision that the caller knows. It may still be right, but only a new read can
    // tell.
    await engine.storage.catchUp(tenantId, true);
    cached = await readAccess(engine, tenantId, organization_id, user_id, true);
  }
  return resultOf(cached, request.permission);
}

function resultOf(cached: CachedAccess, permission: string): CheckResult {
  const { access, revision } = cached;
  // A non-member learns nothing, not even that the organization exists.
  if (access === null) return nothing;
  if (access.extent === "none") return { allowed: false, roles: [], revision };
  return { allowed: isAllowed(access, permission), roles: access.roles as string[], revision };
}

const nothing: CheckResult = Object.freeze({ allowed: false, roles: [], revision: 0 });

async function cachedAccess(
  engine: Engine,
  tenantId: string,
  organizationId: string,
  userId: string,
): Promise<CachedAccess> {
  return (
    engine.permissions.find(tenantId, organizationId, userId) ??
    (await readAccess(engine, tenantId, organizationId, userId, false))
  );
}

/** Reads access from the storage, and caches it unless it changed during the read. */
async function readAccess(
  engine: Engine,
  tenantId: string,
  organizationId: string,
  userId: string,
  fresh: boolean,
): Promise<CachedAccess> {
  const fill = engine.permissions.beginFill(tenantId, organizationId, userId);
  try {
    const ports = engine.storage.committed.access;
    const record = await engine.accessReader.read(tenantId, organizationId, userId, fresh);
    const revision =
      record?.organization_revision ??
      (await ports.organizationRevision(tenantId, organizationId)) ??
      0;
    return engine.permissions.endFill(fill, record, revision);
  } catch (error) {
    engine.permissions.abandonFill(fill);
    throw error;
  }
}

/**
 * A user's access from the cache, for reads and for refusing early. A mutation decides again under its lock, with
 * {@link lockedAccess}.
 */
export async function currentAccess(
  ctx: Context,
  organizationId: string,
  userId: string,
): Promise<Access | null> {
  await ctx.engine.storage.catchUp(ctx.tenantId, false);
  return (await cachedAccess(ctx.engine, ctx.tenantId, organizationId, userId)).access;
}

/** A user's access, read in a transaction that holds the organization's lock. */
export async function lockedAccess(
  ports: Ports,
  tenantId: string,
  organizationId: string,
  userId: string,
): Promise<Access | null> {
  const record = await ports.access.findAccess(tenantId, organizationId, userId);
  return record === undefined ? null : accessOf(record);
}
