import type { AccessRecord } from "./access.store.ts";

/** Whose access is asked for, and in which history its revisions count. */
export interface SharedQuestion {
  readonly history: string;
  readonly tenantId: string;
  readonly organizationId: string;
  readonly userId: string;
}

/** Revisions below which nothing may be accepted. */
export interface LeastRevisions {
  readonly tenant: number;
  readonly organization: number;
}

/**
 * Access records that processes share, outside of them. It may lose everything at any moment, answer late or not at all, and hold what is
 * long over: who asks accepts nothing below the revisions that they know (ADR 0017). It never throws.
 */
export interface SharedAccess {
  /**
   * The record, if there is one that is new enough; `fill` where the caller is the one to read and put it, `read` where somebody else is
   * at it for too long, or the cache is not to be had.
   */
  find(question: SharedQuestion, least: LeastRevisions): Promise<AccessRecord | "fill" | "read">;
  /** Keeps a record, in its own time. */
  put(question: SharedQuestion, record: AccessRecord): void;
  close(): Promise<void>;
}
