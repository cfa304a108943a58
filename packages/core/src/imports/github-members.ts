import { isDeepStrictEqual } from "node:util";
import { DomainError } from "../errors.ts";
import { changeMembership } from "../members/change-membership.ts";
import type { Member, Membership } from "../members/members.schema.ts";
import { admitMember, ownerGrant } from "../members/members.ts";
import { usernameKey } from "../normalization.ts";
import { ownerRole } from "../roles/default-roles.ts";
import { resolveRoles } from "../roles/held-roles.ts";
import type { GithubOrganization } from "./github-file.schema.ts";
import { githubKey, type KeptFields, keepPlace, keptPlaceOf } from "./github-metadata.ts";
import type { People, Person } from "./github-people.ts";
import { attempt, type ImportedOrganization, type ImportRun, memberRole } from "./import-run.ts";
import { keepPositions } from "./list-positions.ts";
import { readEveryPage } from "./read-every-page.ts";

type Imported = ImportedOrganization<GithubOrganization>;

const lists = ["admins", "members"] as const;
type List = (typeof lists)[number];

/**
 * Makes the organization's admins owners and its members members. Of existing memberships only the owner role
 * changes; other roles and the status stay. Admins come first, so that a new owner exists before an old one becomes a
 * member.
 */
export async function importMembers(
  run: ImportRun,
  organization: Imported,
  people: People,
): Promise<void> {
  const present = await presentMembers(run, organization);
  for (const list of lists) {
    const entries = (organization.raw[list] ?? []).map((login) => {
      const person = people.get(usernameKey(login)) as Person;
      return { login, person, before: present.get(person.id) };
    });
    const positions = keepPositions(
      entries.map(({ before }) =>
        before !== undefined && listOf(before) === list
          ? keptPlaceOf(before.metadata).position
          : undefined,
      ),
    );
    for (const [index, { login, person, before }] of entries.entries()) {
      run.place = `${organization.pointer}/${list}/${index}`;
      const kept = keepPlace(login, person.username, positions[index] as number);
      const importOne = async () => {
        const outcome =
          before === undefined
            ? await admit(run, organization, list, person, kept)
            : await change(run, organization, list, before, kept);
        run.recorder.record(outcome, entryOf(organization, login), organization.isNew);
      };
      await attempt(run, importOne, ["limit"]);
    }
  }
}

/**
 * Reports members of the organization who are not in the file and, where the import prunes, removes them. Invited and
 * suspended members stay.
 */
export async function pruneMembers(
  run: ImportRun,
  organization: Imported,
  people: People,
): Promise<void> {
  if (organization.isNew) return;
  const named = new Set<string>();
  for (const list of lists) {
    for (const login of organization.raw[list] ?? []) {
      named.add((people.get(usernameKey(login)) as Person).id);
    }
  }
  run.place = `${organization.pointer}/members`;
  for (const member of (await presentMembers(run, organization)).values()) {
    if (named.has(member.user_id) || member.status !== "active") continue;
    const { user, ...before } = member;
    const entry = entryOf(organization, user.username ?? user.email ?? user.id);
    if (run.isPruning) {
      await changeMembership(
        run.mutation,
        organization.locked,
        before,
        null,
        null,
        "member.removed",
      );
      run.recorder.record("removed", entry, false);
    } else run.recorder.notInFile(entry);
  }
}

async function presentMembers(
  run: ImportRun,
  organization: Imported,
): Promise<ReadonlyMap<string, Member>> {
  if (organization.isNew) return new Map();
  const { ctx, ports } = run.mutation;
  const members = await readEveryPage<Member>((page) =>
    ports.members.list(ctx.tenantId, organization.locked.record.id, {}, page),
  );
  return new Map(members.map((member) => [member.user_id, member]));
}

async function admit(
  run: ImportRun,
  organization: Imported,
  list: List,
  person: Person,
  kept: KeptFields,
): Promise<"created"> {
  if (!person.isActive) {
    throw new DomainError(
      "unknown_user",
      `${person.username ?? person.id} is deactivated; reactivate them, or take them out of the list`,
    );
  }
  await admitMember(run.mutation, organization.locked, {
    user_id: person.id,
    roles: list === "admins" ? [ownerGrant] : run.memberGrants,
    status: "active",
    invited_by_user_id: null,
    metadata: { [githubKey]: kept },
  });
  return "created";
}

async function change(
  run: ImportRun,
  organization: Imported,
  list: List,
  member: Member,
  kept: KeptFields,
): Promise<"updated" | "unchanged"> {
  const { mutation } = run;
  const { user: _, ...before } = member;
  const keys = rolesIn(list, before);
  const metadata = { ...before.metadata, [githubKey]: kept };
  const isSameRoles = keys === before.roles;
  if (isSameRoles && isDeepStrictEqual(metadata, before.metadata)) return "unchanged";
  const { id, revision } = organization.locked.record;
  const roles = isSameRoles ? null : await resolveRoles(mutation, id, keys);
  const after: Membership = {
    ...before,
    role: roles?.[0]?.key ?? before.role,
    roles: roles?.map((role) => role.key) ?? before.roles,
    metadata,
    revision,
    updated_at: mutation.now,
  };
  await changeMembership(mutation, organization.locked, before, after, roles, "member.updated");
  return "updated";
}

/** The file decides who is an owner. Other roles stay as they are here. */
function rolesIn(list: List, before: Membership): Membership["roles"] {
  if (listOf(before) === list) return before.roles;
  const others = before.roles.filter((key) => key !== ownerRole && key !== memberRole);
  if (list === "admins") return [ownerRole, ...others];
  return others.length === 0 ? [memberRole] : others;
}

/** The list of the format that a member belongs to. */
export function listOf(member: { readonly roles: readonly string[] }): List {
  return member.roles.includes(ownerRole) ? "admins" : "members";
}

function entryOf(organization: Imported, name: string) {
  return { kind: "memberships", organization: organization.locked.record.slug, name } as const;
}
