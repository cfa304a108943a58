import type { Awaitable } from "./awaitable.ts";
import type { Context } from "./context.ts";
import { DomainError } from "./errors.ts";
import {
  appendEvent,
  type EventDraft,
  type LockedChain,
  newChain,
  openChain,
} from "./events/append-event.ts";
import {
  findKeptAnswer,
  type IdempotentCall,
  idempotentCall,
  keepAnswer,
} from "./idempotency/idempotency.ts";
import type { OrganizationRecord } from "./organizations/organizations.store.ts";
import type { Plan } from "./plans/plans.schema.ts";
import { keepDenialOf, takeBackDenialOf } from "./security-log/record-denial.ts";
import type { Ports } from "./store.ts";
import type { TenantRecord } from "./tenants/tenants.store.ts";

/**
 * An organization whose lock is held. `record` reflects what the mutation has written; its counts are written at the
 * end.
 */
export interface LockedOrganization {
  readonly chain: LockedChain;
  record: OrganizationRecord;
  /** The organization's plan, where the mutation has read it already. */
  readonly plan?: Plan | undefined;
}

/** What is known about a new organization in advance, to avoid extra reads and writes. */
export interface Founding {
  /**
   * Whether the id was just generated. An id given by the caller may be that of a purged organization, whose chain
   * then continues.
   */
  readonly isNewId: boolean;
  /**
   * How many active members it is about to have. The row is written with this count, and once more if it turns out
   * wrong.
   */
  readonly members: number;
  readonly plan: Plan;
}

/** The tenant, whose lock is held. */
export interface LockedTenant {
  readonly chain: LockedChain;
  readonly record: TenantRecord;
}

/** A running mutation: its transaction, its time, and the locks that it holds. */
export interface Mutation {
  readonly ctx: Context;
  readonly ports: Ports;
  /** The time of the mutation, ISO 8601. */
  readonly now: string;
  /**
   * Locks an organization of any status until the end of the transaction; undefined where it does not exist.
   * Organizations must be locked in ascending order of id, and the tenant last, so that mutations cannot deadlock.
   */
  lockOrganization(id: string): Promise<LockedOrganization | undefined>;
  /** Inserts a new organization. The mutation holds its lock from the start. */
  insertOrganization(record: OrganizationRecord, founding: Founding): Promise<LockedOrganization>;
  lockTenant(): Promise<LockedTenant>;
  /** Appends an event to a chain whose lock is held. */
  append(chain: LockedChain, draft: EventDraft): Promise<void>;
  /**
   * Whether no event has been appended so far. A mutation that ends so is rolled back, including the revisions raised
   * by its locks.
   */
  isUnchanged(): boolean;
}

export interface MutationOptions {
  /** The result holds a secret, which must not be kept for a replay. */
  readonly holdsSecret?: boolean;
}

/**
 * Runs a mutation. Every change goes through here. `work` runs in a transaction that keeps all of it or nothing: the
 * rows, the events, and the result under the caller's idempotency key. A mutation that appended no event changed
 * nothing, and is rolled back so that its locks raise no revision. A dry run is always rolled back and returns what
 * the result would be.
 *
 * @param operation The operation's name. An idempotency key is bound to it and to `input`.
 * @throws {DomainError} `idempotency_key_running`, `idempotency_key_reused`, `idempotency_key_secret`, and what
 * `work` throws.
 */
export async function mutate<T>(
  ctx: Context,
  operation: string,
  input: unknown,
  work: (mutation: Mutation) => Awaitable<T>,
  options: MutationOptions = {},
): Promise<T> {
  const call = idempotentCall(ctx, operation, input);
  if (call === undefined) return await run(ctx, undefined, work, options);
  const running = `${ctx.tenantId} ${call.principal} ${call.key}`;
  if (ctx.engine.runningIdempotencyKeys.has(running)) {
    throw new DomainError(
      "idempotency_key_running",
      "A request with this Idempotency-Key is still running; send it again when it has ended",
    );
  }
  ctx.engine.runningIdempotencyKeys.add(running);
  try {
    return await run(ctx, call, work, options);
  } finally {
    ctx.engine.runningIdempotencyKeys.delete(running);
  }
}

/** Rolls a transaction back without failing the call. */
class TakenBack<T> extends Error {
  readonly result: T;

  constructor(result: T) {
    super("taken back");
    this.result = result;
  }
}

async function run<T>(
  ctx: Context,
  call: IdempotentCall | undefined,
  work: (mutation: Mutation) => Awaitable<T>,
  options: MutationOptions,
): Promise<T> {
  const { storage } = ctx.engine;
  const nowMs = ctx.engine.clock();
  const now = new Date(nowMs).toISOString();
  try {
    return await storage.transaction(ctx.tenantId, async (ports) => {
      try {
        if (call !== undefined) {
          const kept = await findKeptAnswer(ports, ctx.tenantId, call, now);
          if (kept !== undefined) return kept.result as T;
        }
        const mutation = startMutation(ctx, ports, now);
        const result = await work(mutation);
        for (const { id, seat_count, member_count } of mutation.listMiscounted()) {
          await ports.organizations.setCounts(ctx.tenantId, id, seat_count, member_count);
        }
        if (ctx.dryRun || mutation.isUnchanged()) throw new TakenBack(result);
        if (call !== undefined) {
          await keepAnswer(ctx, ports, call, nowMs, result, options.holdsSecret ?? false);
        }
        return result;
      } catch (error) {
        takeBackDenialOf(error);
        throw error;
      }
    });
  } catch (error) {
    keepDenialOf(error);
    if (!(error instanceof TakenBack)) throw error;
    const { result } = error as TakenBack<T>;
    if (call !== undefined) {
      const holdsSecret = options.holdsSecret ?? false;
      await storage.transaction(ctx.tenantId, (ports) =>
        keepAnswer(ctx, ports, call, nowMs, result, holdsSecret),
      );
    }
    return result;
  }
}

/** What `run` needs of a mutation and use cases do not. */
interface RunningMutation extends Mutation {
  /** The organizations whose rows do not have their counts yet, because they gained or lost members. */
  listMiscounted(): readonly OrganizationRecord[];
}

type Counts = Pick<OrganizationRecord, "seat_count" | "member_count">;

interface HeldOrganization extends LockedOrganization {
  /** The counts that are in its row. */
  readonly written: Counts;
}

function startMutation(ctx: Context, ports: Ports, now: string): RunningMutation {
  const organizations = new Map<string, HeldOrganization>();
  let tenant: LockedTenant | undefined;
  let highest = "";
  let isUnchanged = true;

  async function lockOrganization(id: string): Promise<LockedOrganization | undefined> {
    const held = organizations.get(id);
    if (held !== undefined) return held;
    if (tenant !== undefined || id < highest) {
      throw new Error(`Lock order: ${id} after ${tenant === undefined ? highest : "the tenant"}`);
    }
    const record = await ports.organizations.lock(ctx.tenantId, id);
    if (record === undefined) return undefined;
    highest = id;
    const chain = await openChain(ports, ctx.tenantId, id, id);
    const locked = { chain, record, written: record };
    organizations.set(id, locked);
    return locked;
  }

  return {
    ctx,
    ports,
    now,
    lockOrganization,
    async insertOrganization(given, { isNewId, members, plan }) {
      const { id } = given;
      const chain = isNewId ? newChain(id, id) : await openChain(ports, ctx.tenantId, id, id);
      const record =
        chain.head.sequence === 0 ? given : await withRevisionAbovePast(ports, given, chain);
      const written = { ...record, seat_count: members, member_count: members };
      await ports.organizations.insert(written);
      const locked = { chain, record, plan, written };
      organizations.set(id, locked);
      return locked;
    },
    async lockTenant() {
      if (tenant !== undefined) return tenant;
      const record = await ports.tenants.lock(ctx.tenantId);
      if (record === undefined) throw new DomainError("tenant_not_found", "No such tenant");
      tenant = { chain: await openChain(ports, ctx.tenantId, record.id, null), record };
      return tenant;
    },
    append(chain, draft) {
      isUnchanged = false;
      return appendEvent(ctx, ports, chain, now, draft);
    },
    listMiscounted: () =>
      Array.from(organizations.values())
        .filter(({ record, written }) => !isSameCount(record, written))
        .map(({ record }) => record),
    isUnchanged: () => isUnchanged,
  };
}

/**
 * A recreated organization gets a revision above all of its past, so that a `minimum_revision` of any time stays
 * meaningful.
 */
async function withRevisionAbovePast(
  ports: Ports,
  record: OrganizationRecord,
  { id, head }: LockedChain,
): Promise<OrganizationRecord> {
  const [last] = await ports.events.list(record.tenant_id, id, head.sequence - 1, 1);
  const { before, after } = JSON.parse(last?.data ?? "{}") as Record<
    "before" | "after",
    { readonly revision?: number } | null | undefined
  >;
  const had = Math.max(before?.revision ?? 0, after?.revision ?? 0, head.sequence);
  return { ...record, revision: had + 1, row_revision: had + 1 };
}

function isSameCount(one: Counts, other: Counts): boolean {
  return one.seat_count === other.seat_count && one.member_count === other.member_count;
}
