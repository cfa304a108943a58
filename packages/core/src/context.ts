import type { AccessReader } from "./access/access-reader.ts";
import type { AdmittedPeople } from "./access/admitted-people.ts";
import type { PermissionCache } from "./access/permission-cache.ts";
import type { PageMemory } from "./members/page-memory.ts";
import type { DenialRecord } from "./security-log/security-log.store.ts";
import type { SessionCache } from "./sessions/session-cache.ts";
import type { Storage } from "./store.ts";
import type { TenantPlaces } from "./tenants/tenant-places.ts";

/**
 * Who acts. `operator` may act in any tenant; `system` is the embedding program or the command line, with the
 * operator's rights; `anonymous` may only do what is open to everyone.
 */
export type Actor =
  | { readonly type: "user"; readonly id: string; readonly session_id: string | null }
  | { readonly type: "operator"; readonly id: string }
  | { readonly type: "system"; readonly id: string }
  | { readonly type: "anonymous" };

/** Hashes passwords (Argon2id). Passed in, because core has no native code. */
export interface PasswordHasher {
  /** Returns a hash in PHC string format. */
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

/** The settings of an installation that use cases read. Units are in the names. */
export interface EngineSettings {
  /** Whether anyone may create an account. */
  readonly registration: "open" | "closed";
  /** Whether a write to a resource that has an ETag must send If-Match. */
  readonly requireIfMatch: boolean;
  /** Whether a billing provider is configured; then a plan changes only through the billing upgrade. */
  readonly billingConfigured: boolean;
  readonly refreshTokenTtlSeconds: number;
  readonly idempotencyTtlSeconds: number;
}

/** Everything that exists once per opened Tenantry. */
export interface Engine {
  readonly storage: Storage;
  readonly permissions: PermissionCache;
  readonly accessReader: AccessReader;
  readonly pages: PageMemory;
  readonly sessions: SessionCache;
  readonly admittedPeople: AdmittedPeople;
  readonly passwords: PasswordHasher;
  /** Creates databases for single tenants; undefined where all tenants share the main database. */
  readonly places: TenantPlaces | undefined;
  readonly settings: EngineSettings;
  /** Milliseconds since 1970, as `Date.now`. */
  readonly clock: () => number;
  /** Queues a refusal for the security log, and returns a function that takes it back. Never waits and never throws. */
  readonly recordDenial: (denial: Omit<DenialRecord, "id" | "occurred_at">) => () => void;
  /** Notes that a member was active in an organization. Never waits and never throws. */
  readonly noteActivity: (tenantId: string, organizationId: string, userId: string) => void;
  /** Idempotency keys whose first request is still running in this process. */
  readonly runningIdempotencyKeys: Set<string>;
}

/** The first argument of every use case: which tenant, who acts, and under which conditions. */
export interface Context {
  readonly engine: Engine;
  readonly tenantId: string;
  readonly actor: Actor;
  readonly requestId?: string | undefined;
  /**
   * The revision that the caller read (If-Match, RFC 9110): the write is refused if the resource has changed since.
   * `any` accepts every revision.
   */
  readonly ifMatch?: number | "any" | undefined;
  /** A mutation sent twice with the same key happens once. */
  readonly idempotencyKey?: string | undefined;
  /**
   * `strong`: lists include every commit acknowledged before the call, whichever process made it. Without it, those
   * that this process made or has heard of.
   */
  readonly consistency?: "strong" | undefined;
  /** Does everything except keeping it: the result is what the call would return. */
  readonly dryRun?: boolean | undefined;
}
