import type { Change } from "../events/events.store.ts";
import type { JsonPage } from "../page.ts";
import { createPageMarks, type Mark, marksAffectedBy, shownActivity, sumOf } from "./page-marks.ts";

interface RememberedPage {
  readonly page: JsonPage;
  readonly weight: number;
  /** What the page shows, and the sum of the counters when it was read. */
  readonly marks: readonly Mark[];
  readonly changes: number;
  /** The storage's count of foreign commits at the read: other processes also write what has no event. */
  readonly foreignCommits: number;
}

/** A read in progress. If anything changes meanwhile, its page is returned but not kept. */
export interface PageFill {
  readonly changeCount: number;
  readonly foreignCommits: number;
}

/** Pages of lists, kept until something that they show changes (ADR 0020). */
export interface PageMemory {
  find(key: string, foreignCommits: number): JsonPage | undefined;
  beginFill(foreignCommits: number): PageFill;
  /**
   * @param shown Everything that the page shows, named as in `page-marks.ts`; anything left out can change unnoticed.
   * Called only if the page is kept.
   */
  endFill(fill: PageFill, key: string, shown: () => readonly string[], page: JsonPage): void;
  apply(changes: readonly Change[] | "everything"): void;
  /** Members of an organization were active. Pages show that, and it has no event. */
  noteActivity(tenantId: string, organizationId: string): void;
  /** In characters. */
  size(): number;
}

/** What a page costs besides its text, in characters. */
const weightOfEntry = 500;
/** The average text per counter; a page longer than this share of the whole is not kept. */
const charactersPerMark = 256;

/** @param maximumCharacters How much text is kept; beyond it the oldest pages are dropped and read again when asked for. */
export function createPageMemory(maximumCharacters: number): PageMemory {
  const pages = new Map<string, RememberedPage>();
  const marks = createPageMarks();
  const share = maximumCharacters / charactersPerMark;
  let size = 0;
  let changeCount = 0;

  function forget(key: string): void {
    size -= pages.get(key)?.weight ?? 0;
    pages.delete(key);
  }

  function forgetEverything(): void {
    pages.clear();
    marks.clear();
    size = 0;
  }

  function put(key: string, remembered: RememberedPage): void {
    forget(key);
    for (const oldest of pages.keys()) {
      if (size + remembered.weight <= maximumCharacters) break;
      forget(oldest);
    }
    pages.set(key, remembered);
    size += remembered.weight;
  }

  return {
    find(key, foreignCommits) {
      const remembered = pages.get(key);
      if (remembered === undefined) return undefined;
      const isCurrent =
        remembered.foreignCommits === foreignCommits &&
        remembered.changes === sumOf(remembered.marks);
      if (isCurrent) return remembered.page;
      forget(key);
      return undefined;
    },
    beginFill: (foreignCommits) => ({ changeCount, foreignCommits }),
    endFill(fill, key, shown, page) {
      const weight = page.items_json.length + key.length + weightOfEntry;
      if (fill.changeCount !== changeCount || weight > share) return;
      // Counters outlive their pages. Finding out which are unused is not worth it, so all is dropped.
      if (marks.size() >= share) forgetEverything();
      const itsMarks = shown().map(marks.of);
      const { foreignCommits } = fill;
      put(key, { page, weight, marks: itsMarks, changes: sumOf(itsMarks), foreignCommits });
    },
    apply(changes) {
      changeCount += 1;
      if (changes === "everything") return forgetEverything();
      for (const change of changes) marksAffectedBy(change).forEach(marks.raise);
    },
    noteActivity(tenantId, organizationId) {
      changeCount += 1;
      marks.raise(shownActivity(tenantId, organizationId));
    },
    size: () => size,
  };
}
