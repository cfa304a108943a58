import type { AccessRecord } from "./access.store.ts";

/** Whose access is asked for, and in which history its revisions count (see `Storage.history`). */
export interface SharedQuestion {
  readonly history: string;
  readonly tenantId: string;
  readonly organizationId: string;
  readonly userId: string;
}

/** The lowest revisions that may be accepted. */
export interface LeastRevisions {
  readonly tenant: number;
  readonly organization: number;
}

/**
 * A cache of access records outside the process, shared by several. It may lose entries, answer late or not at all,
 * and hold stale records; so callers accept nothing below the revisions that they know (ADR 0017). It never throws.
 */
export interface SharedAccess {
  /**
   * The record, if one is new enough. Otherwise `fill` where this caller should read and `put` it, or `read` where it
   * should only read: another caller took too long to fill it, or the cache cannot be reached.
   */
  find(question: SharedQuestion, least: LeastRevisions): Promise<AccessRecord | "fill" | "read">;
  /** Stores a record in the background. */
  put(question: SharedQuestion, record: AccessRecord): void;
  close(): Promise<void>;
}
