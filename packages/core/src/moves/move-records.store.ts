import type { Awaitable } from "../awaitable.ts";

/** A move that is under way. */
export interface MoveRecord {
  readonly tenant_id: string;
  /** Who is at work on it; one that takes over has another. */
  readonly mover: string;
  readonly from_server: string;
  readonly from_database: string | null;
  readonly to_server: string;
  readonly to_database: string | null;
  /** Until it is `switched` the tenant lives where it was, and the move can be undone; afterwards it can only be finished. */
  readonly step: "copying" | "switched";
  /** A mover that is alive says so every few seconds. */
  readonly updated_at: string;
}

/** The moves, in the main database alone. */
export interface MoveRecordStore {
  insert(record: MoveRecord): Awaitable<void>;
  find(tenantId: string): Awaitable<MoveRecord | undefined>;
  /** Writes mover, step and time, if the move is still the known mover's and at the known step; whether it was. */
  update(record: MoveRecord, known: Pick<MoveRecord, "mover" | "step">): Awaitable<boolean>;
  remove(tenantId: string): Awaitable<void>;
}
