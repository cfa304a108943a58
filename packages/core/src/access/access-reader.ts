import type { Awaitable } from "../awaitable.ts";
import type { Change } from "../events/events.store.ts";
import type { Storage } from "../store.ts";
import type { AccessRecord } from "./access.store.ts";
import { createKnownRevisions, type RevisionRead } from "./known-revisions.ts";
import type { SharedAccess, SharedQuestion } from "./shared-access.ts";

/** Reads access that is not in memory: from the storage, or from a cache that processes share in front of it. */
export interface AccessReader {
  /** @param fresh Reads the storage even where a shared cache could answer. */
  read(
    tenantId: string,
    organizationId: string,
    userId: string,
    fresh: boolean,
  ): Awaitable<AccessRecord | undefined>;
  apply(changes: readonly Change[] | "everything"): void;
}

const mostOrganizations = 100_000;

/** Reads the storage every time. */
export function createStorageReader(storage: Storage): AccessReader {
  return {
    read: (tenantId, organizationId, userId) =>
      storage.committed.access.findAccess(tenantId, organizationId, userId),
    apply() {},
  };
}

/** A read in progress, which other callers of this process may share. */
interface Running {
  readonly read: RevisionRead;
  readonly record: Promise<AccessRecord | undefined>;
}

/**
 * Takes a record from the shared cache if it is at least as new as every change that this process has heard of, and
 * reads the storage otherwise. Where the storage names no history (it has none, or messages may have been missed) the
 * shared cache is not used.
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
      // A change that arrived while the cache was asked may have made the record stale; only the storage knows.
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
      // A read that began before a change arrived may have seen the state before it, so it is not shared.
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
