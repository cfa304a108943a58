import { createSharedReader, createStorageReader } from "./access/access-reader.ts";
import { createAdmittedPeople } from "./access/admitted-people.ts";
import { createPermissionCache } from "./access/permission-cache.ts";
import type { SharedAccess } from "./access/shared-access.ts";
import type { Engine, EngineSettings, PasswordHasher } from "./context.ts";
import { createActivityNotes } from "./members/last-active.ts";
import { createPageMemory } from "./members/page-memory.ts";
import { createSecurityLog } from "./security-log/security-log.ts";
import { createSessionCache } from "./sessions/session-cache.ts";
import type { Storage } from "./store.ts";
import type { TenantPlaces } from "./tenants/tenant-places.ts";

export interface EngineOptions {
  readonly storage: Storage;
  readonly passwords: PasswordHasher;
  /** A cache in front of the storage that processes share. */
  readonly sharedAccess?: SharedAccess | undefined;
  /** Creates databases for single tenants; without it all tenants share the main database. */
  readonly places?: TenantPlaces | undefined;
  readonly settings?: Partial<EngineSettings> | undefined;
  /** Milliseconds since 1970; the system clock unless a test sets another. */
  readonly clock?: (() => number) | undefined;
  /** How many users' access is cached; each entry takes about 200 bytes. */
  readonly maximumCachedAccess?: number | undefined;
  /** How many characters of remembered list pages are kept; most take one byte. */
  readonly maximumRememberedCharacters?: number | undefined;
}

export interface OpenEngine extends Engine {
  /** Writes what is queued: refusals and last-active times. */
  flush(): Promise<void>;
  /** Writes what is queued, then closes the storage. */
  close(): Promise<void>;
}

const defaultSettings: EngineSettings = {
  registration: "open",
  requireIfMatch: false,
  billingConfigured: false,
  refreshTokenTtlSeconds: 30 * 24 * 60 * 60,
  idempotencyTtlSeconds: 24 * 60 * 60,
};

/**
 * Builds an engine on a storage: the caches and queues that live in memory beside it. Caches are updated with every
 * change before its caller gets the answer.
 */
export function createEngine(options: EngineOptions): OpenEngine {
  const { storage, passwords, sharedAccess } = options;
  const clock = options.clock ?? Date.now;
  const permissions = createPermissionCache(options.maximumCachedAccess ?? 1_000_000);
  const sessions = createSessionCache(100_000);
  const admittedPeople = createAdmittedPeople(100_000);
  const securityLog = createSecurityLog(storage, clock);
  const pages = createPageMemory(options.maximumRememberedCharacters ?? 32_000_000);
  const activity = createActivityNotes(storage, clock, pages.noteActivity);
  const accessReader = sharedAccess
    ? createSharedReader(storage, sharedAccess)
    : createStorageReader(storage);
  storage.onChange((changes) => {
    accessReader.apply(changes);
    permissions.apply(changes);
    pages.apply(changes);
    sessions.apply(changes);
    admittedPeople.apply(changes);
  });
  return {
    storage,
    permissions,
    accessReader,
    pages,
    sessions,
    admittedPeople,
    passwords,
    places: options.places,
    settings: { ...defaultSettings, ...options.settings },
    clock,
    recordDenial: securityLog.record,
    noteActivity: activity.note,
    runningIdempotencyKeys: new Set(),
    async flush() {
      await activity.flush();
      await securityLog.flush();
    },
    async close() {
      try {
        await this.flush();
      } finally {
        await sharedAccess?.close();
        await storage.close();
      }
    },
  };
}
