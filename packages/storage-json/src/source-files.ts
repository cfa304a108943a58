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

/** What is to be done about the two source files, and as what files that was decided. */
export type SourceState = { readonly stamps: FileStamps } & (
  | { readonly kind: "current" }
  /** They are to be written: one is not there, or shows what was before. */
  | { readonly kind: "behind" }
  /** Somebody else has changed them. */
  | { readonly kind: "edited"; readonly found: ForeignEdits; readonly content: SourceContent }
);

/** The two source files beside one moment of ours. */
export interface SourceComparison {
  readonly stamps: FileStamps;
  readonly areBothThere: boolean;
  /** Undefined where every file is ours to the byte. */
  readonly theirs?: { readonly found: ForeignEdits; readonly content: SourceContent };
}

/** The Python module empties a file before it writes it; whoever reads in between waits a little. */
const attempts = 6;
const pauseMs = 50;

/**
 * Reads the source files and says what differs. Where they say the same in another order, the view takes on theirs.
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
  // The stamps are older than the content, never newer: what is written meanwhile is seen the next time.
  const stamps = stampSourceFiles(layout);
  const files = sourceFileNames.map((name) => readFile(view, layout, name));
  const areBothThere = files.every(({ isThere }) => isThere);
  if (files.every(({ isAlike }) => isAlike)) return { stamps, areBothThere };
  const [organizations = "", orgUsers = ""] = files.map(({ text }) => text());
  const content = readSourceFiles(layout, organizations, orgUsers, new Date().toISOString());
  const found = findForeignEdits(view, content);
  if (countOrganizationEdits(found) + countMemberEdits(found.members) === 0) {
    takeOrder(view, content);
  }
  return { stamps, areBothThere, theirs: { found, content } };
}

/** A file that is not there is taken for what it should be: it is written anew and nothing is lost. */
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

/** Entries stay where somebody else has put them. */
export function takeOrder(view: SourceView, { organizations, members }: SourceContent): void {
  view.reorder(organizations.keys(), (orgId) => members.get(orgId)?.keys() ?? []);
}

/**
 * Decides what differs by somebody else's hand. A process that ended on its way from the journal to the source files leaves each of them
 * as it was last shown, or as it should be now: either is ours. A file that is neither was edited since, and was one or the other
 * before: the one that it is nearer to.
 *
 * @param last The comparison with what the files should be now.
 * @param shown The comparison with what they were last known to show, if that is something else.
 */
export function judgeSourceFiles(last: SourceComparison, shown?: SourceComparison): SourceState {
  const organizations = nearer(last, shown, countOrganizationEdits);
  const members = nearer(last, shown, (found) => countMemberEdits(found.members));
  const { theirs } = last;
  // The older look of the two: what was written after it is seen the next time.
  const { stamps } = shown ?? last;
  if (theirs !== undefined && organizations.edits + members.edits > 0) {
    const { content } = theirs;
    const found = {
      organizations: organizations.found?.organizations ?? [],
      missing: organizations.found?.missing ?? [],
      members: members.found?.members ?? [],
    };
    return { kind: "edited", stamps, found, content };
  }
  const isCurrent = last.areBothThere && organizations.isLast && members.isLast;
  return { kind: isCurrent ? "current" : "behind", stamps };
}

function nearer(
  last: SourceComparison,
  shown: SourceComparison | undefined,
  count: (found: ForeignEdits) => number,
) {
  const edits = ({ theirs }: SourceComparison) => (theirs === undefined ? 0 : count(theirs.found));
  const isLast = shown === undefined || edits(last) <= edits(shown);
  const chosen = isLast ? last : shown;
  return { isLast, edits: edits(chosen), found: chosen.theirs?.found };
}
