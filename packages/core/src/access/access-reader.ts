import type { Awaitable } from "../awaitable.ts";
import type { Change } from "../events/events.store.ts";
import type { Storage } from "../store.ts";
import type { AccessRecord } from "./access.store.ts";
import { createKnownRevisions, type RevisionRead } from "./known-revisions.ts";
import type { SharedAccess, SharedQuestion } from "./shared-access.ts";

/** How what memory does not hold is read: from the storage, or from what processes share before it. */
export interface AccessReader {
  /** @param fresh Reads the storage, whatever is shared. */
  read(
    tenantId: string,
    organizationId: string,
    userId: string,
    fresh: boolean,
  ): Awaitable<AccessRecord | undefined>;
  apply(changes: readonly Change[] | "everything"): void;
}

const mostOrganizations = 100_000;

/** Reads the storage each time. */
export function createStorageReader(storage: Storage): AccessReader {
  return {
    read: (tenantId, organizationId, userId) =>
      storage.committed.access.findAccess(tenantId, organizationId, userId),
    apply() {},
  };
}

/** A read that others of this process may share. */
interface Running {
  readonly read: RevisionRead;
  readonly record: Promise<AccessRecord | undefined>;
}

/**
 * Takes from the shared cache what is at least as new as everything that this process has heard of, and reads the storage for the rest. Where
 * the storage names no history, because messages may be missed or it has none, the cache steps aside.
 */
export function createSharedReader(storage: Storage, shared: SharedAccess): AccessReader {
  const revisions = createKnownRevisions(mostOrganizations);
  const running = new Map<string, Running>();

  async function findOrRead(
    read: RevisionRead,
    userId: string,
    fresh: boolean,
  ): Promise<AccessRecord | undefined> {
    const { tenantId, organizationId } = read;
    const history = storage.history?.(tenantId);
    const question: SharedQuestion | undefined =
      history === undefined ? undefined : { history, tenantId, organizationId, userId };
    const known = revisions.find(tenantId, organizationId);
    if (question !== undefined && known !== undefined && !fresh) {
      const found = await shared.find(question, known);
      // What came in while the cache was asked may say that the record is over; only the storage knows.
      if (typeof found === "object" && !read.spoiled && isSameHistory(history, tenantId)) {
        return found;
      }
    }
    const record = await storage.committed.access.findAccess(tenantId, organizationId, userId);
    const isCurrent = !read.spoiled && isSameHistory(history, tenantId);
    if (question !== undefined && record !== undefined && isCurrent) shared.put(question, record);
    return record;
  }

  function isSameHistory(history: string | undefined, tenantId: string): boolean {
    return history === storage.history?.(tenantId);
  }

  async function readOnce(
    read: RevisionRead,
    userId: string,
    fresh: boolean,
  ): Promise<AccessRecord | undefined> {
    let record: AccessRecord | undefined;
    try {
      record = await findOrRead(read, userId, fresh);
      return record;
    } finally {
      revisions.end(read, record);
    }
  }

  return {
    read(tenantId, organizationId, userId, fresh) {
      const key = JSON.stringify([tenantId, organizationId, userId]);
      const other = running.get(key);
      // Whoever began before a change came in may have read what was before it.
      if (other !== undefined && !other.read.spoiled && !fresh) return other.record;
      const read = revisions.begin(tenantId, organizationId);
      const record = readOnce(read, userId, fresh);
      const mine = { read, record };
      running.set(key, mine);
      const forget = () => {
        if (running.get(key) === mine) running.delete(key);
      };
      record.then(forget, forget);
      return record;
    },
    apply: revisions.apply,
  };
}
