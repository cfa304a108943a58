import type { Change } from "../events/events.store.ts";

/** A counter that rises with every change of one thing that pages show. */
export interface Mark {
  changes: number;
}

/** The counters for everything that remembered pages show. Things that no remembered page shows have none. */
export interface PageMarks {
  of(shown: string): Mark;
  raise(shown: string): void;
  clear(): void;
  size(): number;
}

/** What any list of a tenant may show: its users, its roles, and which of its organizations exist. */
export const shownTenant = (tenantId: string) => tenantId;
export const shownOrganization = (tenantId: string, id: string) => `${tenantId} organization ${id}`;
/** The organizations in which a user is a member. */
export const shownUser = (tenantId: string, id: string) => `${tenantId} user ${id}`;
/** When the members of an organization were last active. */
export const shownActivity = (tenantId: string, id: string) => `${tenantId} activity ${id}`;

export function createPageMarks(): PageMarks {
  const marks = new Map<string, Mark>();
  return {
    of(shown) {
      const known = marks.get(shown);
      if (known !== undefined) return known;
      const mark = { changes: 0 };
      marks.set(shown, mark);
      return mark;
    },
    raise(shown) {
      const mark = marks.get(shown);
      if (mark !== undefined) mark.changes += 1;
    },
    clear: () => marks.clear(),
    size: () => marks.size,
  };
}

/** The sum of counters. Since counters only rise, an equal sum means that none has changed. */
export function sumOf(marks: readonly Mark[]): number {
  let sum = 0;
  for (const { changes } of marks) sum += changes;
  return sum;
}

/** What a change may affect. Anything not known to be harmless affects more rather than less. */
export function marksAffectedBy(change: Change): readonly string[] {
  const { tenant_id, organization_id, entity_id } = change;
  // A new user is not on any page yet.
  if (change.type === "user.created") return [];
  if (organization_id === null) return [shownTenant(tenant_id)];
  const organization = shownOrganization(tenant_id, organization_id);
  if (change.entity === "membership") return [organization, shownUser(tenant_id, entity_id)];
  // A restored organization enters lists that do not show it now.
  if (change.entity === "organization" && !isStillListed(change)) return [shownTenant(tenant_id)];
  return [organization];
}

/** A new organization is on no list yet; its first membership is a change of its own. */
function isStillListed({ type }: Change): boolean {
  return (
    type === "organization.created" ||
    type === "organization.updated" ||
    type === "organization.plan_changed" ||
    type === "organization.billing_changed"
  );
}
