import { isDeepStrictEqual } from "node:util";
import type { EventType } from "../events/events.schema.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import type { Organization } from "./organizations.schema.ts";
import type { OrganizationRecord } from "./organizations.store.ts";

/** The record as callers see it. Only administrators see private metadata. */
export function presentOrganization(
  record: OrganizationRecord,
  isAdministrator: boolean,
): Organization {
  // Field by field, because omitting fields from a spread copy takes ten times as long, and every mutation does this
  // twice.
  const organization: Organization = {
    id: record.id,
    tenant_id: record.tenant_id,
    name: record.name,
    slug: record.slug,
    domain: record.domain,
    billing_email: record.billing_email,
    billing_address: record.billing_address,
    plan_tier: record.plan_tier,
    status: record.status,
    lago_customer_id: record.lago_customer_id,
    stripe_customer_id: record.stripe_customer_id,
    logo_url: record.logo_url,
    metadata: record.metadata,
    client_metadata: record.client_metadata,
    external_id: record.external_id,
    revision: record.revision,
    row_revision: record.row_revision,
    created_at: record.created_at,
    updated_at: record.updated_at,
    deleted_at: record.deleted_at,
  };
  if (isAdministrator) organization.private_metadata = record.private_metadata;
  return organization;
}

/** The record as a mutation returns it: as later reads will show it. */
export function presentMutated(
  mutation: Mutation,
  { record }: LockedOrganization,
  isAdministrator: boolean,
): Organization {
  const presented = presentOrganization(record, isAdministrator);
  if (mutation.isUnchanged()) presented.revision -= 1;
  return presented;
}

/** The row as events keep it: complete, except for derived fields. */
export function organizationEventRow(record: OrganizationRecord): Organization {
  return presentOrganization(record, true);
}

/**
 * Changes an organization's row: writes it with its new revision and appends the event. Every change goes through
 * here. Does nothing if no field differs.
 */
export async function changeOrganization(
  mutation: Mutation,
  organization: LockedOrganization,
  changes: Partial<OrganizationRecord>,
  type: EventType,
): Promise<void> {
  const before = organization.record;
  const isChanged = Object.entries(changes).some(
    ([key, value]) => !isDeepStrictEqual(before[key as keyof OrganizationRecord], value),
  );
  if (!isChanged) return;
  const after: OrganizationRecord = {
    ...before,
    ...changes,
    row_revision: before.revision,
    updated_at: mutation.now > before.updated_at ? mutation.now : before.updated_at,
  };
  await mutation.ports.organizations.update(after);
  organization.record = after;
  await mutation.append(organization.chain, {
    type,
    entity: "organization",
    entity_id: after.id,
    before: organizationEventRow(before),
    after: organizationEventRow(after),
  });
}
