import { DomainError } from "../errors.ts";
import type { EventType } from "../events/events.schema.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import type { RoleGrant } from "../roles/held-roles.ts";
import { ceasesToOwn } from "./members.policy.ts";
import type { Membership } from "./members.schema.ts";

/**
 * Changes or ends a membership. Every such change goes through here, so that the last owner, the organization's
 * counts and the event cannot be forgotten.
 *
 * @param after The membership after the change; null ends it.
 * @param roles The roles after the change; null keeps them.
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
  updateCounts(organization, before, after);
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

/** Adjusts the organization's seat and member counts for a changed membership. `mutate` writes them at its end. */
export function updateCounts(
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

/**
 * Removes a leaving member from the organization's teams. Each removal is an event of its own, because history can be
 * asked about teams too.
 */
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
