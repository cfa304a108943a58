import { isOperator } from "../access/authorize.ts";
import type { Actor, Context, Engine } from "../context.ts";
import { DomainError, isDomainError } from "../errors.ts";
import { appendEvent, openChain } from "../events/append-event.ts";
import { findKeptAnswer, idempotentCall } from "../idempotency/idempotency.ts";
import { parseInput } from "../input.ts";
import { type Mutation, mutate } from "../mutation.ts";
import type { Ports } from "../store.ts";
import { findVisibleTenant, requireOperator } from "../tenants/tenant-authority.ts";
import type { TenantPlaces } from "../tenants/tenant-places.ts";
import { presentTenant } from "../tenants/tenant-record.ts";
import { tenantNotFound } from "../tenants/tenants.policy.ts";
import { defaultTenantSlug, type Tenant } from "../tenants/tenants.schema.ts";
import { abandonPurge, beginPurge, finishPurge, keepAfterAll } from "./purge-records.ts";
import { type PurgedTenant, type PurgeTenantInput, purgeTenantSchema } from "./purges.schema.ts";
import type { PurgeRecord } from "./purges.store.ts";
import { findRemovable, notDeleted, withRemedy } from "./removable-tenant.ts";
import { removeTenantRows } from "./remove-tenant-rows.ts";

const operation = "purge_tenant";

/**
 * Removes a deleted tenant for good, with everything that belongs to it; its slug becomes free. An event in the
 * default tenant's chain remains and, if asked for, the tenant's own database, whose place the result names. A purge
 * that was interrupted continues when Tenantry is next opened, or when it is called again. For the operator.
 *
 * A tenant whose own database no longer exists is purged even if it was not deleted, since nothing of it is left. A
 * tenant whose database cannot be reached is purged only if the database is kept, which is then left as it was.
 *
 * @throws {DomainError} `tenant_not_found`, `permission_denied`, `tenant_not_deleted`; `storage_busy` where the
 * tenant is being moved or another process is purging it; `storage_unavailable` where its database cannot be used and
 * is not to be kept; `invalid_input` where a tenant without a database of its own is to keep it.
 */
export async function purgeTenant(
  ctx: Context,
  idOrSlug: string,
  input: PurgeTenantInput = {},
): Promise<PurgedTenant> {
  const { keep_database } = parseInput(purgeTenantSchema, input);
  if (!isOperator(ctx)) {
    await findVisibleTenant(ctx, operation, idOrSlug);
    await requireOperator(ctx, operation);
  }
  const call: PurgeCall = {
    ctx: { ...ctx, tenantId: await defaultTenantId(ctx.engine) },
    input: [idOrSlug, keep_database],
  };
  const kept = await findAnswer(call);
  if (kept !== undefined) return kept;
  const id = await findId(ctx.engine, idOrSlug);
  const begun = await findUnfinished(ctx.engine, id);
  const purge =
    begun === undefined
      ? await begin(call, id, keep_database)
      : await continuePurge(ctx.engine, begun, keep_database);
  return await carryOut(call, purge);
}

/**
 * Continues purges that processes began and did not finish.
 *
 * @returns what could not be done now, as sentences.
 */
export async function resumePurges(engine: Engine): Promise<readonly string[]> {
  const faults: string[] = [];
  const { purges } = engine.storage.committed;
  for (const purge of await purges.listUnfinished(mostAtOnce)) {
    const actor: Actor = { type: purge.actor_type, id: purge.actor_id };
    const ctx: Context = { engine, tenantId: await defaultTenantId(engine), actor };
    try {
      await carryOut({ ctx, input: null }, purge);
    } catch (error) {
      // Another process is at work on it, or the tenant was restored meanwhile.
      if (isDomainError(error, "storage_busy") || isDomainError(error, "tenant_not_deleted")) {
        continue;
      }
      const why = isDomainError(error) ? error.message : "the storage failed";
      faults.push(`The tenant ${purge.tenant_id} is not purged yet: ${why}`);
    }
  }
  return faults;
}

const mostAtOnce = 100;

/** A call of {@link purgeTenant}. Its context is the default tenant's, where its event and its result are kept. */
interface PurgeCall {
  readonly ctx: Context;
  /** The input, to which an idempotency key is bound. */
  readonly input: unknown;
}

async function defaultTenantId({ storage }: Engine): Promise<string> {
  const tenant = await storage.committed.tenants.findBySlug(defaultTenantSlug);
  if (tenant === undefined) throw tenantNotFound();
  return tenant.id;
}

/**
 * The result of the same call made earlier. Looked up first, because the tenant no longer exists and its slug may
 * belong to another one.
 */
async function findAnswer({ ctx, input }: PurgeCall): Promise<PurgedTenant | undefined> {
  const call = idempotentCall(ctx, operation, input);
  if (call === undefined) return undefined;
  const now = new Date(ctx.engine.clock()).toISOString();
  const kept = await findKeptAnswer(ctx.engine.storage.committed, ctx.tenantId, call, now);
  return kept?.result as PurgedTenant | undefined;
}

/** Resolves a slug in the main database, without asking the tenant's own. */
async function findId({ storage }: Engine, idOrSlug: string): Promise<string> {
  return (await storage.committed.tenants.findBySlug(idOrSlug))?.id ?? idOrSlug;
}

async function findUnfinished(engine: Engine, id: string): Promise<PurgeRecord | undefined> {
  const found = await engine.storage.committed.purges.find(id);
  return found?.purged_at === null ? found : undefined;
}

/** Continues a purge that has begun. It may still be told to keep the database if that cannot be used otherwise. */
async function continuePurge(
  engine: Engine,
  begun: PurgeRecord,
  keepDatabase: boolean,
): Promise<PurgeRecord> {
  if (!keepDatabase || begun.kept_database !== null) return begun;
  const own = await engine.places?.inspect(begun.tenant_id);
  if (own?.condition !== "unusable") throw tooLateToKeep();
  return await keepAfterAll(engine.storage, begun);
}

async function begin({ ctx }: PurgeCall, id: string, keepDatabase: boolean): Promise<PurgeRecord> {
  const { engine, actor } = ctx;
  const tenant = await findRemovable(engine, id, keepDatabase);
  const head = await engine.storage.committed.events.head(ctx.tenantId, ctx.tenantId);
  const purge: PurgeRecord = {
    tenant_id: tenant.id,
    tenant: JSON.stringify(presentTenant(tenant)),
    kept_server: null,
    kept_database: null,
    serial: null,
    event_after: head?.sequence ?? 0,
    actor_type: actor.type === "operator" ? "operator" : "system",
    actor_id: actor.type === "anonymous" ? "" : actor.id,
    begun_at: new Date(engine.clock()).toISOString(),
    purged_at: null,
  };
  return await beginPurge(engine.storage, purge, keepDatabase, ctx.dryRun ?? false);
}

/** Carries out a recorded purge. Every step can be repeated, so that it can continue after a kill. */
async function carryOut({ ctx, input }: PurgeCall, purge: PurgeRecord): Promise<PurgedTenant> {
  const { engine, dryRun } = ctx;
  if (!dryRun) await remove(ctx, purge);
  const tenant = JSON.parse(purge.tenant ?? "null") as Tenant;
  const answer = await mutate(ctx, operation, input, async (mutation) => {
    const purged = presentPurged(purge, tenant);
    await appendPurgeEvent(mutation, purge, tenant);
    return purged;
  });
  if (!dryRun) await finishPurge(engine.storage, purge, new Date(engine.clock()).toISOString());
  return answer;
}

async function remove(ctx: Context, purge: PurgeRecord): Promise<void> {
  const { storage, places } = ctx.engine;
  const { tenant_id } = purge;
  const end = (ports: Ports) => endChain({ ...ctx, tenantId: tenant_id }, ports);
  try {
    if (places === undefined) await removeTenantRows(storage, tenant_id, end);
    else await removePlace(places, purge, end);
  } catch (error) {
    if (isDomainError(error, "tenant_not_deleted")) await abandonPurge(storage, purge);
    throw error;
  }
}

async function removePlace(
  places: TenantPlaces,
  { tenant_id, tenant, kept_database }: PurgeRecord,
  end: (ports: Ports) => Promise<void>,
): Promise<void> {
  const remove = () => places.remove(tenant_id, kept_database !== null, end);
  const { placement } = JSON.parse(tenant ?? "{}") as Partial<Tenant>;
  await (placement === "dedicated" ? withRemedy(remove) : remove());
}

/**
 * Appends the tenant's own last event, from which every process learns to look the tenant up again. Refuses if the
 * tenant was restored meanwhile.
 */
async function endChain(ctx: Context, ports: Ports): Promise<void> {
  const { tenantId, engine } = ctx;
  const tenant = await ports.tenants.lock(tenantId);
  // An earlier run was killed after it had removed everything.
  if (tenant === undefined) return;
  if (tenant.status !== "deleted") throw notDeleted(tenant);
  const chain = await openChain(ports, tenantId, tenantId, null);
  const [last] = await ports.events.list(tenantId, tenantId, chain.head.sequence - 1, 1);
  if (last?.type === "tenant.purged") return;
  await appendEvent(ctx, ports, chain, new Date(engine.clock()).toISOString(), {
    type: "tenant.purged",
    entity: "tenant",
    entity_id: tenantId,
    before: presentTenant(tenant),
    after: null,
  });
}

/** Appends the purge's event to the default tenant's chain, unless an earlier run has done it. */
async function appendPurgeEvent(
  mutation: Mutation,
  purge: PurgeRecord,
  tenant: Tenant,
): Promise<void> {
  const { ports, ctx } = mutation;
  const { chain } = await mutation.lockTenant();
  for (let after = purge.event_after; ; ) {
    const page = await ports.events.list(ctx.tenantId, chain.id, after, mostAtOnce);
    if (page.some(({ type, entity_id }) => type === "tenant.purged" && entity_id === tenant.id)) {
      return;
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.sequence;
  }
  await mutation.append(chain, {
    type: "tenant.purged",
    entity: "tenant",
    entity_id: tenant.id,
    before: { ...tenant },
    after: keptDatabaseOf(purge),
  });
}

function presentPurged(purge: PurgeRecord, { id, slug, name }: Tenant): PurgedTenant {
  return { id, slug, name, kept_database: keptDatabaseOf(purge) };
}

function keptDatabaseOf({ kept_server: server, kept_database: database }: PurgeRecord) {
  return server === null || database === null ? null : { server, database };
}

function tooLateToKeep(): DomainError {
  return new DomainError(
    "invalid_input",
    "keep_database: a purge that drops the database has begun already; leave keep_database out to finish it",
    { fields: [{ pointer: "/keep_database", detail: "comes too late; leave it out" }] },
  );
}
