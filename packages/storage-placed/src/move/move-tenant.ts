import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  clearTenantRows,
  DomainError,
  type MoveRecord,
  type Placement,
  type Storage,
} from "@tenantry/core";
import { newDatabaseName, type PlaceServer } from "../place-server.ts";
import { copyTenant } from "./copy-tenant.ts";
import { movable, openPlaces, type PlacePair } from "./place-pair.ts";

/** Where a tenant is to live: in the main database, or in its own database on the server with this key. */
export type MoveTarget = "shared" | { readonly server: string };

export interface MoveTenantOptions {
  readonly main: Storage;
  readonly servers: ReadonlyMap<string, PlaceServer>;
  readonly tenantId: string;
  /**
   * Appends an event of the tenant, from which every process learns of the move. The placement is the one that the
   * tenant's row shows from then on.
   */
  readonly announce: (placement: "shared" | "dedicated") => Promise<void>;
  /** After this time every process knows what was announced, or asks for it. */
  readonly heardAfterMs: number;
  /** A mover that has given no sign of life for this long is considered gone, and another may take over. */
  readonly goneAfterMs?: number | undefined;
  readonly onStep?: ((step: MoveStep) => void | Promise<void>) | undefined;
}

export type MoveStep =
  | "announced"
  | "copied"
  | "compared"
  | "fenced"
  | "switched"
  | "removed"
  | "undone";

/** The result of a move. */
export interface TenantMove {
  readonly tenant_id: string;
  readonly outcome: "moved" | "finished" | "was_there" | "undone";
  readonly rows: number;
  /** A checksum of everything copied, equal on both sides before the switch. */
  readonly checksum: string | null;
  /** How long the tenant could not be written. */
  readonly pause_ms: number;
}

const defaultGoneAfterMs = 10_000;

/**
 * Moves a tenant to another database while it is in use (ADR 0014). An interrupted earlier move is undone first, or
 * finished if the tenant lives at its new place already.
 *
 * @throws {DomainError} `storage_busy` where another mover is at work, `storage_damaged` where the copy differs;
 * nothing has changed then.
 */
export async function moveTenant(
  options: MoveTenantOptions,
  target: MoveTarget,
): Promise<TenantMove> {
  await assertServersKnown(options, target);
  const left = await takeOver(options);
  if (left?.step === "switched") return await finish(options, left, "finished");
  if (left !== undefined) await undo(options, left);
  const placement = await beginPlacement(options);
  if (isThere(placement, target)) {
    await settle(options, placement);
    return { ...nothing(options), outcome: "was_there" };
  }
  const record = await beginRecord(options, placement, target);
  const alive = keepAlive(options, record);
  try {
    return await move(options, record);
  } catch (error) {
    const now = await options.main.committed.moveRecords.find(options.tenantId);
    // After the switch a move is not undone: the next run finishes it.
    if (now?.mover === record.mover && now.step === "copying") await undo(options, record);
    throw error;
  } finally {
    clearInterval(alive);
  }
}

/** Checked before anything is recorded, because without the server it could not be undone. */
async function assertServersKnown(
  { main, servers, tenantId }: MoveTenantOptions,
  target: MoveTarget,
): Promise<void> {
  if (target !== "shared") serverOf(servers, target.server);
  const placement = await main.committed.placements.find(tenantId);
  if (placement !== undefined && placement.database !== null) serverOf(servers, placement.server);
}

/**
 * Undoes a move that was interrupted before its switch; after the switch it is finished instead.
 *
 * @throws {DomainError} `storage_busy` where a mover is at work.
 */
export async function undoMove(options: MoveTenantOptions): Promise<TenantMove> {
  const left = await takeOver(options);
  if (left === undefined) return { ...nothing(options), outcome: "was_there" };
  if (left.step === "switched") return await finish(options, left, "finished");
  await undo(options, left);
  return { ...nothing(options), outcome: "undone" };
}

function nothing({ tenantId }: MoveTenantOptions) {
  return { tenant_id: tenantId, rows: 0, checksum: null, pause_ms: 0 };
}

const newMover = () => randomBytes(12).toString("base64url");
const now = () => new Date().toISOString();

/** Takes over an interrupted move, after waiting to see whether its mover is alive. */
async function takeOver(options: MoveTenantOptions): Promise<MoveRecord | undefined> {
  const { main, tenantId, goneAfterMs = defaultGoneAfterMs } = options;
  const seen = await main.committed.moveRecords.find(tenantId);
  if (seen === undefined) return undefined;
  const age = Date.now() - Date.parse(seen.updated_at);
  if (age < goneAfterMs) await delay(goneAfterMs - age);
  const record = { ...seen, mover: newMover(), updated_at: now() };
  const later = await main.committed.moveRecords.find(tenantId);
  const isTaken =
    later?.updated_at === seen.updated_at &&
    (await main.transaction(null, (ports) => ports.moveRecords.update(record, seen)));
  if (isTaken) return record;
  throw new DomainError(
    "storage_busy",
    "Another program is moving the tenant; wait for its end, or end it",
  );
}

/** Records that the tenant is moving, so that every process looks its placement up on each call. */
async function beginPlacement({ main, tenantId }: MoveTenantOptions): Promise<Placement> {
  return await main.transaction(null, async ({ placements }) => {
    const known = await placements.find(tenantId);
    const time = now();
    if (known === undefined) {
      const made = { tenant_id: tenantId, server: "main", database: null, epoch: 1 };
      const placement = { ...made, state: "moving", created_at: time, updated_at: time } as const;
      await placements.insert(placement);
      return placement;
    }
    const placement = {
      ...known,
      epoch: known.epoch + 1,
      state: "moving",
      updated_at: time,
    } as const;
    if (known.state === "steady" || known.state === "moving") {
      if (await placements.update(placement, known.epoch)) return placement;
    }
    throw new DomainError(
      "storage_busy",
      `The tenant is ${known.state === "making" ? "being made" : "being removed"}; try again in a moment`,
    );
  });
}

function isThere({ server, database }: Placement, target: MoveTarget): boolean {
  return target === "shared" ? database === null : database !== null && server === target.server;
}

async function beginRecord(
  { main, tenantId }: MoveTenantOptions,
  placement: Placement,
  target: MoveTarget,
): Promise<MoveRecord> {
  const record: MoveRecord = {
    tenant_id: tenantId,
    mover: newMover(),
    from_server: placement.server,
    from_database: placement.database,
    to_server: target === "shared" ? "main" : target.server,
    to_database: target === "shared" ? null : newDatabaseName(),
    step: "copying",
    updated_at: now(),
  };
  await main.transaction(null, ({ moveRecords }) => moveRecords.insert(record));
  return record;
}

function keepAlive(
  { main, goneAfterMs = defaultGoneAfterMs }: MoveTenantOptions,
  record: MoveRecord,
): NodeJS.Timeout {
  const signalAlive = async () => {
    await main.transaction(null, async ({ moveRecords }) => {
      const known = await moveRecords.find(record.tenant_id);
      if (known?.mover !== record.mover) return;
      await moveRecords.update({ ...known, updated_at: now() }, known);
    });
  };
  // If this fails for long, another mover takes over, and this one fails at its switch.
  return setInterval(() => void signalAlive().catch(() => {}), goneAfterMs / 5).unref();
}

async function move(options: MoveTenantOptions, record: MoveRecord): Promise<TenantMove> {
  const { main, servers, tenantId, announce, heardAfterMs, onStep } = options;
  await announce(record.from_database === null ? "shared" : "dedicated");
  await onStep?.("announced");
  const heard = delay(heardAfterMs);
  if (record.to_database !== null) {
    await serverOf(servers, record.to_server).make(record.to_database);
  }
  const places = await openPlaces(main, servers, record);
  try {
    const { rows, checksum, catchUp } = await copyTenant(places, tenantId, onStep);
    await heard;
    const begin = performance.now();
    await places.from.moves.fence(tenantId, true);
    await onStep?.("fenced");
    await catchUp();
    await switchOver(options, record);
    const pause = performance.now() - begin;
    await onStep?.("switched");
    await places.close();
    await finish(options, record, "moved");
    return {
      tenant_id: tenantId,
      outcome: "moved",
      rows,
      checksum,
      pause_ms: Math.round(pause * 10) / 10,
    };
  } finally {
    await places.close();
  }
}

/**
 * Changes in one transaction where the tenant lives, that the move can no longer be undone, and the main database's
 * fence.
 */
async function switchOver(
  { main, tenantId }: MoveTenantOptions,
  record: MoveRecord,
): Promise<void> {
  await main.transaction(null, async ({ placements, moveRecords, moves }) => {
    const known = await placements.find(tenantId);
    const switched = { ...record, step: "switched", updated_at: now() } as const;
    const isOurs = await moveRecords.update(switched, record);
    if (!isOurs || known === undefined) throw takenOver();
    const there = { server: record.to_server, database: record.to_database };
    const placement = { ...known, ...there, epoch: known.epoch + 1, updated_at: now() };
    if (!(await placements.update(placement, known.epoch))) throw takenOver();
    await moves.setFence(tenantId, record.to_database !== null);
  });
}

function takenOver(): DomainError {
  return new DomainError(
    "storage_busy",
    "Another program has taken the move over; see what it does, then run this again",
  );
}

/** After the switch: removes the old place once every process uses the new one. */
async function finish(
  options: MoveTenantOptions,
  record: MoveRecord,
  outcome: "moved" | "finished",
): Promise<TenantMove> {
  const { main, servers, tenantId, announce, heardAfterMs, onStep } = options;
  await announce(record.to_database === null ? "shared" : "dedicated");
  await delay(heardAfterMs);
  if (record.from_database === null) {
    await movable(main).moves.unwatch(tenantId);
    await clearTenantRows(movable(main), tenantId);
  } else {
    await serverOf(servers, record.from_server).drop(record.from_database);
  }
  await onStep?.("removed");
  const placement = await main.committed.placements.find(tenantId);
  if (placement !== undefined) await settle(options, placement);
  await main.transaction(null, ({ moveRecords }) => moveRecords.remove(tenantId));
  return { ...nothing(options), outcome };
}

async function settle({ main }: MoveTenantOptions, placement: Placement): Promise<void> {
  const steady = {
    ...placement,
    epoch: placement.epoch + 1,
    state: "steady",
    updated_at: now(),
  } as const;
  await main.transaction(null, ({ placements }) => placements.update(steady, placement.epoch));
}

/** Before the switch: the tenant stays and can be written again, and nothing is left at the new place. */
async function undo(options: MoveTenantOptions, record: MoveRecord): Promise<void> {
  const { main, servers, tenantId, onStep } = options;
  const places: PlacePair = await openPlaces(main, servers, { ...record, to_database: null });
  try {
    await places.from.moves.fence(tenantId, false);
    await places.from.moves.unwatch(tenantId);
  } finally {
    await places.close();
  }
  if (record.to_database === null) await clearTenantRows(movable(main), tenantId);
  else await serverOf(servers, record.to_server).drop(record.to_database);
  const placement = await main.committed.placements.find(tenantId);
  if (placement !== undefined) await settle(options, placement);
  await main.transaction(null, ({ moveRecords }) => moveRecords.remove(tenantId));
  await onStep?.("undone");
}

function serverOf(servers: ReadonlyMap<string, PlaceServer>, key: string): PlaceServer {
  const server = servers.get(key);
  if (server !== undefined) return server;
  throw new DomainError(
    "invalid_setting",
    `The settings name no server ${key}, only ${[...servers.keys()].join(", ")}; add it to TENANTRY_TENANT_SERVERS`,
  );
}
