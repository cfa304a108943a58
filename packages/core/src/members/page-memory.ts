import type { Change } from "../events/events.store.ts";
import type { JsonPage } from "../page.ts";
import { createPageMarks, type Mark, reachOf, shownActivity, sumOf } from "./page-marks.ts";

interface RememberedPage {
  readonly page: JsonPage;
  readonly weight: number;
  /** What the page shows, and how often that had changed when it was read. */
  readonly marks: readonly Mark[];
  readonly changes: number;
  /** The storage's count of foreign commits: others also write what has no event. */
  readonly foreignCommits: number;
}

/** A read that is under way. What comes in meanwhile may be newer than it is, and then it is answered and not kept. */
export interface PageFill {
  readonly heard: number;
  readonly foreignCommits: number;
}

/** Pages as they were read last, for as long as nothing that they show has changed (ADR 0020). */
export interface PageMemory {
  find(key: string, foreignCommits: number): JsonPage | undefined;
  beginFill(foreignCommits: number): PageFill;
  /**
   * @param shown All that the page shows, as `page-marks.ts` names it: what is left out can change unseen. Asked only where the page is kept.
   */
  endFill(fill: PageFill, key: string, shown: () => readonly string[], page: JsonPage): void;
  apply(changes: readonly Change[] | "everything"): void;
  /** Members of an organization were active: that is shown, and makes no event. */
  noteActivity(tenantId: string, organizationId: string): void;
  /** In characters. */
  size(): number;
}

/** What a page takes beside its text, in characters. */
const weightOfEntry = 500;
/** One mark for so much text on the average; a page of that share of all is too long to keep. */
const charactersPerMark = 256;

/**
 * @param maximumCharacters How much text is kept; beyond it the pages that came first leave. A page that is not there is read.
 */
export function createPageMemory(maximumCharacters: number): PageMemory {
  const pages = new Map<string, RememberedPage>();
  const marks = createPageMarks();
  const share = maximumCharacters / charactersPerMark;
  let size = 0;
  let heard = 0;

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
    beginFill: (foreignCommits) => ({ heard, foreignCommits }),
    endFill(fill, key, shown, page) {
      const weight = page.items_json.length + key.length + weightOfEntry;
      if (fill.heard !== heard || weight > share) return;
      // Marks outlive their pages: which of them no page needs any more is not worth finding out.
      if (marks.size() >= share) forgetEverything();
      const itsMarks = shown().map(marks.of);
      const { foreignCommits } = fill;
      put(key, { page, weight, marks: itsMarks, changes: sumOf(itsMarks), foreignCommits });
    },
    apply(changes) {
      heard += 1;
      if (changes === "everything") return forgetEverything();
      for (const change of changes) reachOf(change).forEach(marks.raise);
    },
    noteActivity(tenantId, organizationId) {
      heard += 1;
      marks.raise(shownActivity(tenantId, organizationId));
    },
    size: () => size,
  };
}
