import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isDomainError } from "@tenantry/core";
import { damaged } from "./directory-error.ts";
import type { DirectoryLayout } from "./directory-layout.ts";
import { type FileStamps, stampSourceFiles } from "./file-stamps.ts";
import {
  countMemberEdits,
  countOrganizationEdits,
  type ForeignEdits,
  findForeignEdits,
} from "./foreign-edits.ts";
import { readSourceFiles, type SourceContent } from "./read-source-files.ts";
import { type SourceFileName, type SourceView, sourceFileNames } from "./source-view.ts";

/** How the two source files relate to memory, and the stamps of the files for which that was decided. */
export type SourceState = { readonly stamps: FileStamps } & (
  | { readonly kind: "current" }
  /** They must be written: one is missing or shows an earlier state. */
  | { readonly kind: "behind" }
  /** Another program has edited them. */
  | { readonly kind: "edited"; readonly edits: ForeignEdits; readonly content: SourceContent }
);

/** The two source files compared with one state of memory. */
export interface SourceComparison {
  readonly stamps: FileStamps;
  readonly areBothThere: boolean;
  /** Undefined if both files have exactly the expected bytes. */
  readonly theirs?: { readonly edits: ForeignEdits; readonly content: SourceContent };
}

/** The Python module empties a file before it writes it. A file that cannot be read is tried again after a pause. */
const attempts = 6;
const pauseMs = 50;

/**
 * Reads the source files and finds the differences. If only the order differs, the view takes over the files' order.
 *
 * @throws {DomainError} `storage_damaged`.
 */
export async function compareSourceFiles(
  view: SourceView,
  layout: DirectoryLayout,
): Promise<SourceComparison> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return compareOnce(view, layout);
    } catch (error) {
      if (attempt === attempts || !isDomainError(error, "storage_damaged")) throw error;
    }
    await delay(pauseMs);
  }
}

function compareOnce(view: SourceView, layout: DirectoryLayout): SourceComparison {
  // Stamps are taken before the content is read, so that an edit in between is noticed the next time.
  const stamps = stampSourceFiles(layout);
  const files = sourceFileNames.map((name) => readFile(view, layout, name));
  const areBothThere = files.every(({ isThere }) => isThere);
  if (files.every(({ isAlike }) => isAlike)) return { stamps, areBothThere };
  const [organizations = "", orgUsers = ""] = files.map(({ text }) => text());
  const content = readSourceFiles(layout, organizations, orgUsers, new Date().toISOString());
  const edits = findForeignEdits(view, content);
  if (countOrganizationEdits(edits) + countMemberEdits(edits.members) === 0) {
    takeOrder(view, content);
  }
  return { stamps, areBothThere, theirs: { edits, content } };
}

/** A missing file counts as unchanged: it is written again and nothing is lost. */
function readFile(view: SourceView, layout: DirectoryLayout, name: SourceFileName) {
  const path = layout[name];
  const ours = view.render(name);
  let theirs: Buffer;
  try {
    theirs = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { isThere: false, isAlike: true, text: () => ours.toString("latin1") };
  }
  return { isThere: true, isAlike: theirs.equals(ours), text: () => decode(path, theirs) };
}

function decode(path: string, content: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw damaged(path, [{ place: "", detail: "is not UTF-8" }]);
  }
}

/** Gives the view's entries the order that they have in the files. */
export function takeOrder(view: SourceView, { organizations, members }: SourceContent): void {
  view.reorder(organizations.keys(), (orgId) => members.get(orgId)?.keys() ?? []);
}

/**
 * Decides which differences are another program's edits. A process that ended between writing the journal and replacing the
 * source files leaves each file in the state last written or in the new state; neither is an edit. A file in any other state
 * was edited, starting from the one of the two states from which it differs less.
 *
 * @param last The comparison with the state that the files should have now.
 * @param shown The comparison with the state that they were last known to have, if it is another one.
 */
export function judgeSourceFiles(last: SourceComparison, shown?: SourceComparison): SourceState {
  const organizations = nearer(last, shown, countOrganizationEdits);
  const members = nearer(last, shown, (edits) => countMemberEdits(edits.members));
  const { theirs } = last;
  // The stamps of the earlier comparison, so that an edit after it is noticed the next time.
  const { stamps } = shown ?? last;
  if (theirs !== undefined && organizations.count + members.count > 0) {
    const { content } = theirs;
    const edits = {
      organizations: organizations.edits?.organizations ?? [],
      missing: organizations.edits?.missing ?? [],
      members: members.edits?.members ?? [],
    };
    return { kind: "edited", stamps, edits, content };
  }
  const isCurrent = last.areBothThere && organizations.isLast && members.isLast;
  return { kind: isCurrent ? "current" : "behind", stamps };
}

function nearer(
  last: SourceComparison,
  shown: SourceComparison | undefined,
  countOf: (edits: ForeignEdits) => number,
) {
  const count = ({ theirs }: SourceComparison) =>
    theirs === undefined ? 0 : countOf(theirs.edits);
  const isLast = shown === undefined || count(last) <= count(shown);
  const chosen = isLast ? last : shown;
  return { isLast, count: count(chosen), edits: chosen.theirs?.edits };
}
