import type { AccessReader } from "./access/access-reader.ts";
import type { AdmittedPeople } from "./access/admitted-people.ts";
import type { PermissionCache } from "./access/permission-cache.ts";
import type { PageMemory } from "./members/page-memory.ts";
import type { DenialRecord } from "./security-log/security-log.store.ts";
import type { SessionCache } from "./sessions/session-cache.ts";
import type { Storage } from "./store.ts";
import type { TenantPlaces } from "./tenants/tenant-places.ts";

/**
 * Who acts. The operator acts in any tenant; `system` is the embedding program or the command line, and may do what the
 * operator may; `anonymous` may do nothing but what is open to all.
 */
export type Actor =
  | { readonly type: "user"; readonly id: string; readonly session_id: string | null }
  | { readonly type: "operator"; readonly id: string }
  | { readonly type: "system"; readonly id: string }
  | { readonly type: "anonymous" };

/** Hashes passwords (Argon2id). A boundary: core takes no native code. */
export interface PasswordHasher {
  /** A hash in PHC form. */
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

/** What an installation decides. Units are in the names. */
export interface EngineSettings {
  /** Whether strangers may make an account. */
  readonly registration: "open" | "closed";
  /** Whether writes to a resource that has an ETag must carry If-Match. */
  readonly requireIfMatch: boolean;
  /** Whether a billing provider is configured: then another plan is reached only through the upgrade (decision 11). */
  readonly billingConfigured: boolean;
  readonly refreshTokenTtlSeconds: number;
  readonly idempotencyTtlSeconds: number;
}

/** Everything that lives as long as an opened Tenantry. */
export interface Engine {
  readonly storage: Storage;
  readonly permissions: PermissionCache;
  readonly accessReader: AccessReader;
  readonly pages: PageMemory;
  readonly sessions: SessionCache;
  readonly admittedPeople: AdmittedPeople;
  readonly passwords: PasswordHasher;
  /** Makes databases for single tenants; undefined where every tenant shares the main one. */
  readonly places: TenantPlaces | undefined;
  readonly settings: EngineSettings;
  /** Milliseconds since 1970, as `Date.now`. */
  readonly clock: () => number;
  /** Keeps a refusal for the security log, and gives what takes it back at once; never waits and never throws. */
  readonly recordDenial: (denial: Omit<DenialRecord, "id" | "occurred_at">) => () => void;
  /** Notes that a member did something in an organization; never waits and never throws. */
  readonly noteActivity: (tenantId: string, organizationId: string, userId: string) => void;
  /** Idempotency keys whose first request is running in this process. */
  readonly runningIdempotencyKeys: Set<string>;
}

/** A call's surroundings: which tenant, who acts, and what the call demands. The first argument of every use case. */
export interface Context {
  readonly engine: Engine;
  readonly tenantId: string;
  readonly actor: Actor;
  readonly requestId?: string | undefined;
  /** The revision that the caller read: a write to a resource that has changed since is refused (RFC 9110, If-Match); `any` is whichever. */
  readonly ifMatch?: number | "any" | undefined;
  /** A key under which a mutation happens once, however often it is sent. */
  readonly idempotencyKey?: string | undefined;
  /** Lists see everything acknowledged before the call, by whichever process; without it, what this process acknowledged or heard of. */
  readonly consistency?: "strong" | undefined;
  /** Does everything but keep it: the result is what would be. */
  readonly dryRun?: boolean | undefined;
}
