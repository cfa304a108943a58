import { DomainError } from "../errors.ts";
import type { EventType } from "../events/events.schema.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import type { RoleGrant } from "../roles/held-roles.ts";
import { ceasesToOwn } from "./members.policy.ts";
import type { Membership } from "./members.schema.ts";

/**
 * The one door for changes of a membership that exists, its end among them: keeps the last owner, the counts and the record.
 *
 * @param after The membership as it will be; null ends it.
 * @param roles The roles that it will have; null leaves them.
 * @throws {DomainError} `last_owner`.
 */
export async function changeMembership(
  mutation: Mutation,
  organization: LockedOrganization,
  before: Membership,
  after: Membership | null,
  roles: readonly RoleGrant[] | null,
  type: EventType,
): Promise<void> {
  const { ctx, ports } = mutation;
  await keepAnOwner(mutation, before, after);
  if (after === null) {
    await leaveTeams(mutation, organization, before.user_id);
    await ports.members.remove(ctx.tenantId, before.organization_id, before.user_id);
  } else {
    await ports.members.update(after, roles);
  }
  count(organization, before, after);
  await mutation.append(organization.chain, {
    type,
    entity: "membership",
    entity_id: before.user_id,
    before,
    after,
  });
}

async function keepAnOwner(
  mutation: Mutation,
  before: Membership,
  after: Membership | null,
): Promise<void> {
  if (!ceasesToOwn(before, after)) return;
  const { ctx, ports } = mutation;
  const { organization_id, user_id } = before;
  if (!(await ports.members.hasOtherOwner(ctx.tenantId, organization_id, user_id)))
    throw lastOwner();
}

export function lastOwner(): DomainError {
  return new DomainError(
    "last_owner",
    "This is the organization's last owner; make somebody else an owner first",
  );
}

/** Keeps the seat and member counts of the organization's record in step with its memberships; `mutate` writes them. */
export function count(
  organization: LockedOrganization,
  before: Membership | null,
  after: Membership | null,
): void {
  const { record } = organization;
  const seats = Number(after !== null) - Number(before !== null);
  const members = Number(after?.status === "active") - Number(before?.status === "active");
  if (seats === 0 && members === 0) return;
  organization.record = {
    ...record,
    seat_count: record.seat_count + seats,
    member_count: record.member_count + members,
  };
}

/** Who leaves the organization leaves its teams; each place is an event of its own, since the past is asked about teams as well. */
async function leaveTeams(
  mutation: Mutation,
  organization: LockedOrganization,
  userId: string,
): Promise<void> {
  const { ctx, ports } = mutation;
  const places = await ports.teams.teamsOf(ctx.tenantId, organization.record.id, userId);
  for (const place of places) {
    await ports.teams.removeMember(ctx.tenantId, place.organization_id, place.team_id, userId);
    await mutation.append(organization.chain, {
      type: "team.member_removed",
      entity: "team_member",
      entity_id: `${place.team_id}/${userId}`,
      before: place,
      after: null,
    });
  }
}
