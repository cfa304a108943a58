import type { SourceContent } from "./read-source-files.ts";
import {
  type SourceMember,
  type SourceOrganization,
  writeMember,
  writeOrganization,
} from "./source-records.ts";
import type { SourceView } from "./source-view.ts";

/** How another program has changed the two source files, compared with what we wrote. */
export interface ForeignEdits extends OrganizationEdits {
  readonly members: readonly ForeignMembers[];
}

export interface OrganizationEdits {
  /** New and changed records, complete. */
  readonly organizations: readonly SourceOrganization[];
  /** Organizations whose record is gone. */
  readonly missing: readonly string[];
}

/** The edits of one organization's member list. */
export interface ForeignMembers {
  readonly orgId: string;
  readonly put: readonly SourceMember[];
  readonly removed: readonly string[];
}

/** Compares record by record. A different order, different white space or another notation of a time is not an edit. */
export function findForeignEdits(ours: SourceView, theirs: SourceContent): ForeignEdits {
  const organizations = [...theirs.organizations.values()].filter(
    (theirOne) => ours.organization(theirOne.id) !== writeOrganization(theirOne),
  );
  const missing = [...ours.organizationIds()].filter((id) => !theirs.organizations.has(id));
  const members = [...theirs.organizations.keys()].flatMap((orgId) =>
    findMemberEdits(orgId, ours.members(orgId) ?? none, theirs.members.get(orgId) ?? none),
  );
  return { organizations, missing, members };
}

const none: ReadonlyMap<string, never> = new Map<string, never>();

function findMemberEdits(
  orgId: string,
  ours: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, SourceMember>,
): ForeignMembers[] {
  const put = [...theirs.values()].filter(
    (member) => ours.get(member.user_id) !== writeMember(member),
  );
  const removed = [...ours.keys()].filter((userId) => !theirs.has(userId));
  return put.length + removed.length === 0 ? [] : [{ orgId, put, removed }];
}

export function countOrganizationEdits({ organizations, missing }: OrganizationEdits): number {
  return organizations.length + missing.length;
}

export function countMemberEdits(members: readonly ForeignMembers[]): number {
  return members.reduce((sum, { put, removed }) => sum + put.length + removed.length, 0);
}
