import type { CheckQuestion } from "../dataset/questions.ts";
import type { Bench } from "../harness/bench.ts";
import type { Written } from "../references/written-rows.ts";

/** Tenantry as a library in this process, filled with the data of the run. */
export type OurLibrary = {
  /** The SQLite file, for the raw side: it is copied before anything is measured. */
  file: string;
  /** Answered from memory after the first time. */
  check(question: CheckQuestion): unknown;
  /** Answered from the database each time. */
  lookUpRole(question: CheckQuestion): unknown;
  /** A page of members as JSON text; the pages of the large organization come in turn. */
  pageMembers(turn: number): unknown;
  /** The organizations of a user as JSON text. */
  listOrganizations(userId: string): unknown;
  createOrganization(): Promise<unknown>;
  /** What one creation writes, found out in a small database of its own. */
  captureCreation(): Promise<CapturedCreation>;
  close(): Promise<void>;
};

/** The rows of one creation, and the ids in them that were there before it. */
export type CapturedCreation = { written: Written; tenantId: string; userId: string };

export function openOurLibrary(_bench: Bench): Promise<OurLibrary> {
  return Promise.reject(new Error("our library does not plug in yet"));
}
