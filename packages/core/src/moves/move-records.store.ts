import type { Awaitable } from "../awaitable.ts";

/** A move in progress. */
export interface MoveRecord {
  readonly tenant_id: string;
  /** The process at work on it; a process that takes over writes its own id. */
  readonly mover: string;
  readonly from_server: string;
  readonly from_database: string | null;
  readonly to_server: string;
  readonly to_database: string | null;
  /** Before `switched` the tenant lives at its old place and the move can be undone; afterwards it can only be finished. */
  readonly step: "copying" | "switched";
  /** A living mover updates this every few seconds. */
  readonly updated_at: string;
}

/** The moves in progress, stored in the main database only. */
export interface MoveRecordStore {
  insert(record: MoveRecord): Awaitable<void>;
  find(tenantId: string): Awaitable<MoveRecord | undefined>;
  /** Writes mover, step and time if the known mover and step are still current; returns whether they were. */
  update(record: MoveRecord, known: Pick<MoveRecord, "mover" | "step">): Awaitable<boolean>;
  remove(tenantId: string): Awaitable<void>;
}
