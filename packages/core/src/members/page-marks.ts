import type { Change } from "../events/events.store.ts";

/** Rises with every change of one thing that pages show. */
export interface Mark {
  changes: number;
}

/** What remembered pages show, each thing with a mark. What nobody remembers a page of has none. */
export interface PageMarks {
  of(shown: string): Mark;
  raise(shown: string): void;
  clear(): void;
  size(): number;
}

/** Whom and what every list of a tenant may show: its people, its roles, which of its organizations are alive. */
export const shownTenant = (tenantId: string) => tenantId;
export const shownOrganization = (tenantId: string, id: string) => `${tenantId} organization ${id}`;
/** In which organizations a user is a member. */
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

/** How often all of them have changed. It only rises: the same sum again means that none has. */
export function sumOf(marks: readonly Mark[]): number {
  let sum = 0;
  for (const { changes } of marks) sum += changes;
  return sum;
}

/** What a change shows in. What is not known to be harmless reaches more rather than less. */
export function reachOf(change: Change): readonly string[] {
  const { tenant_id, organization_id, entity_id } = change;
  // Nobody who is new is on a page yet.
  if (change.type === "user.created") return [];
  if (organization_id === null) return [shownTenant(tenant_id)];
  const organization = shownOrganization(tenant_id, organization_id);
  if (change.entity === "membership") return [organization, shownUser(tenant_id, entity_id)];
  // One that comes back enters lists that do not show it now.
  if (change.entity === "organization" && !isStillListed(change)) return [shownTenant(tenant_id)];
  return [organization];
}

/** A new one is on no list: its first member is a change of its own. */
function isStillListed({ type }: Change): boolean {
  return (
    type === "organization.created" ||
    type === "organization.updated" ||
    type === "organization.plan_changed" ||
    type === "organization.billing_changed"
  );
}
