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
 * Removes a deleted tenant for good, with everything that it had; its slug is free then. What stays is an event in the chain of the default
 * tenant, and where it was asked for the tenant's own database, which the answer names. Begun and left, it is gone on with
 * when Tenantry is next opened, or when it is asked for again. For the operator.
 *
 * A tenant whose own database is missing goes as well, deleted or not, since nothing of it is left. One whose database cannot be used, its server being
 * gone for good, goes where that is kept: then it is left as it was.
 *
 * @throws {DomainError} `tenant_not_found`, `permission_denied`, `tenant_not_deleted`; `storage_busy` where the tenant is being moved or
 * another process is at it; `storage_unavailable` where its database cannot be used and is not to be kept; `invalid_input` for the database of a tenant
 * that has none.
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
  const begun = await findBegun(ctx.engine, id);
  const purge =
    begun === undefined
      ? await begin(call, id, keep_database)
      : await goOn(ctx.engine, begun, keep_database);
  return await carryOut(call, purge);
}

/**
 * Goes on with what was begun and left by processes that are gone.
 *
 * @returns what could not be done now, in words.
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
      // Whoever is at it is left to it; one that was restored meanwhile stays.
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

/** A call for a purge. Its context is that of the default tenant, where its event and its answer are kept. */
interface PurgeCall {
  readonly ctx: Context;
  /** What an idempotency key is bound to. */
  readonly input: unknown;
}

async function defaultTenantId({ storage }: Engine): Promise<string> {
  const tenant = await storage.committed.tenants.findBySlug(defaultTenantSlug);
  if (tenant === undefined) throw tenantNotFound();
  return tenant.id;
}

/** The answer of the same call before: the tenant is there no more, and its slug is perhaps another's. */
async function findAnswer({ ctx, input }: PurgeCall): Promise<PurgedTenant | undefined> {
  const call = idempotentCall(ctx, operation, input);
  if (call === undefined) return undefined;
  const now = new Date(ctx.engine.clock()).toISOString();
  const kept = await findKeptAnswer(ctx.engine.storage.committed, ctx.tenantId, call, now);
  return kept?.result as PurgedTenant | undefined;
}

/** By what the main database says, so that the tenant's own is asked nothing. */
async function findId({ storage }: Engine, idOrSlug: string): Promise<string> {
  return (await storage.committed.tenants.findBySlug(idOrSlug))?.id ?? idOrSlug;
}

async function findBegun(engine: Engine, id: string): Promise<PurgeRecord | undefined> {
  const found = await engine.storage.committed.purges.find(id);
  return found?.purged_at === null ? found : undefined;
}

/** What has begun may yet be told to keep the database, where that is all that holds it up. */
async function goOn(
  engine: Engine,
  begun: PurgeRecord,
  keepDatabase: boolean,
): Promise<PurgeRecord> {
  if (!keepDatabase || begun.kept_database !== null) return begun;
  const own = await engine.places?.inspect(begun.tenant_id);
  if (own?.condition !== "unusable") throw begunOtherwise();
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

/** Every step of it can be done again after a kill. */
async function carryOut({ ctx, input }: PurgeCall, purge: PurgeRecord): Promise<PurgedTenant> {
  const { engine, dryRun } = ctx;
  if (!dryRun) await remove(ctx, purge);
  const tenant = JSON.parse(purge.tenant ?? "null") as Tenant;
  const answer = await mutate(ctx, operation, input, async (mutation) => {
    const purged = presentPurged(purge, tenant);
    await tellOf(mutation, purge, tenant);
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

/** The last event of the tenant itself, by which every process hears that it is to be asked for anew; refused where it was restored meanwhile. */
async function endChain(ctx: Context, ports: Ports): Promise<void> {
  const { tenantId, engine } = ctx;
  const tenant = await ports.tenants.lock(tenantId);
  // A run that was killed has removed everything.
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

/** Appends the event of the purge to the chain of the default tenant, unless a run that was killed has. */
async function tellOf(mutation: Mutation, purge: PurgeRecord, tenant: Tenant): Promise<void> {
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

function begunOtherwise(): DomainError {
  return new DomainError(
    "invalid_input",
    "keep_database: a purge that does not keep the database has begun; leave it out to finish that",
    { fields: [{ pointer: "/keep_database", detail: "comes too late; leave it out" }] },
  );
}
