import {
  announceMove,
  type Context,
  createEngine,
  DomainError,
  findTenant,
  tenantNotFound,
} from "@tenantry/core";
import {
  type MoveStep,
  type MoveTarget,
  moveTenant as moveBetween,
  type TenantMove,
  undoMove,
} from "@tenantry/storage-placed";
import { argon2Passwords } from "./argon2-passwords.ts";
import type { DatabaseLocation } from "./database-url.ts";
import { type OpenStorageOptions, openPlacedParts } from "./open-storage.ts";

export interface MoveTenantOptions extends OpenStorageOptions {
  readonly location: DatabaseLocation;
  /** An id or slug. */
  readonly tenant: string;
  /** Where to. `undo` takes back an interrupted move, or finishes it if the tenant lives at its new place already. */
  readonly to: MoveTarget | "undo";
  readonly onStep?: ((step: MoveStep) => void) | undefined;
}

/**
 * Longer than any process trusts what it remembers: on PostgreSQL three seconds after the last message, on SQLite a
 * millisecond after the last look. The rest is for calls that have begun.
 */
const heardAfterMs = { postgres: 3_500, sqlite: 500, json: 0 };

/**
 * Moves a tenant to another database while it is in use (ADR 0014).
 *
 * @throws {DomainError} `tenant_not_found`, `storage_busy`, `storage_damaged`; `invalid_setting` where tenants cannot
 * have another place.
 */
export async function moveTenant(options: MoveTenantOptions): Promise<TenantMove> {
  const { storage, main, servers } = await openPlacedParts(options.location, options);
  const engine = createEngine({ storage, passwords: argon2Passwords });
  try {
    const found = await findTenant(engine, options.tenant);
    if (found === undefined) throw tenantNotFound();
    if (servers.size === 0) throw noOtherPlace();
    const ctx: Context = {
      engine,
      tenantId: found.id,
      actor: { type: "system", id: "command-line" },
    };
    const move = {
      main,
      servers,
      tenantId: found.id,
      announce: (placement: "shared" | "dedicated") => announceMove(ctx, found.id, placement),
      heardAfterMs: heardAfterMs[options.location.kind],
      onStep: options.onStep,
    };
    return options.to === "undo" ? await undoMove(move) : await moveBetween(move, options.to);
  } finally {
    await engine.close();
  }
}

function noOtherPlace(): DomainError {
  return new DomainError(
    "invalid_setting",
    "Tenants of a JSON directory cannot be moved; tenantry migrate-storage moves everything into another storage",
  );
}
