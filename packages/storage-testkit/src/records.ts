import {
  type DenialRecord,
  type Membership,
  nameKey,
  type OrganizationRecord,
  type Plan,
  type PurgeRecord,
  type RegisteredOrganizationRecord,
  type Resource,
  type Role,
  type StoredEvent,
  type TeamMember,
  type TeamRecord,
  type TenantRecord,
  type UserRecord,
  usernameKey,
} from "@tenantry/core";

/** Complete, valid records for tests. A test overrides the fields that it is about. */

export const moment = "2026-08-01T12:00:00.000Z";
export const later = "2026-08-01T12:00:00.001Z";

export function tenantRecord(id: string, fields: Partial<TenantRecord> = {}): TenantRecord {
  const name = fields.name ?? `Tenant ${id}`;
  return {
    id,
    slug: `slug-of-${id}`,
    short_id: `short-of-${id}`,
    name,
    name_key: nameKey(name),
    status: "active",
    placement: "shared",
    revision: 1,
    row_revision: 1,
    created_at: moment,
    updated_at: moment,
    deleted_at: null,
    ...fields,
  };
}

export function planRecord(tenantId: string, key: string, fields: Partial<Plan> = {}): Plan {
  return {
    tenant_id: tenantId,
    key,
    name: `Plan ${key}`,
    seats: "unlimited",
    entitlements: {},
    is_default: false,
    revision: 1,
    created_at: moment,
    updated_at: moment,
    ...fields,
  };
}

export function roleRecord(tenantId: string, key: string, fields: Partial<Role> = {}): Role {
  return {
    tenant_id: tenantId,
    organization_id: null,
    key,
    name: `Role ${key}`,
    description: null,
    rank: 20,
    permissions: ["member:read"],
    is_default: false,
    revision: 1,
    created_at: moment,
    updated_at: moment,
    ...fields,
  };
}

export function userRecord(
  tenantId: string,
  id: string,
  fields: Partial<UserRecord> = {},
): UserRecord {
  const username = fields.username === undefined ? id : fields.username;
  return {
    tenant_id: tenantId,
    id,
    email: null,
    email_verified: false,
    name: null,
    external_id: null,
    status: "active",
    metadata: {},
    private_metadata: {},
    client_metadata: {},
    revision: 1,
    created_at: moment,
    updated_at: moment,
    ...fields,
    username,
    username_key: username === null ? null : usernameKey(username),
  };
}

export function organizationRecord(
  tenantId: string,
  id: string,
  fields: Partial<OrganizationRecord> = {},
): OrganizationRecord {
  const name = fields.name ?? `Organization ${id}`;
  return {
    tenant_id: tenantId,
    id,
    slug: id.toLowerCase().replaceAll("_", "-"),
    domain: null,
    billing_email: null,
    billing_address: null,
    plan_tier: "free",
    status: "active",
    lago_customer_id: null,
    stripe_customer_id: null,
    logo_url: null,
    metadata: {},
    private_metadata: {},
    client_metadata: {},
    external_id: null,
    revision: 1,
    row_revision: 1,
    seat_count: 0,
    member_count: 0,
    created_at: moment,
    updated_at: moment,
    deleted_at: null,
    ...fields,
    name,
    name_key: nameKey(name),
  };
}

export function membershipRecord(
  tenantId: string,
  organizationId: string,
  userId: string,
  fields: Partial<Membership> = {},
): Membership {
  const role = fields.role ?? "member";
  return {
    tenant_id: tenantId,
    organization_id: organizationId,
    user_id: userId,
    id: `membership-of-${userId}`,
    roles: [role],
    status: "active",
    invited_by_user_id: null,
    joined_at: moment,
    last_active_at: null,
    metadata: {},
    revision: 1,
    created_at: moment,
    updated_at: moment,
    ...fields,
    role,
  };
}

export function teamRecord(
  tenantId: string,
  organizationId: string,
  id: string,
  fields: Partial<TeamRecord> = {},
): TeamRecord {
  const name = fields.name ?? `Team ${id}`;
  return {
    tenant_id: tenantId,
    organization_id: organizationId,
    id,
    parent_team_id: null,
    depth: 1,
    description: null,
    roles: [],
    metadata: {},
    revision: 1,
    created_at: moment,
    updated_at: moment,
    ...fields,
    name,
    name_key: nameKey(name),
  };
}

export function teamMemberRecord(
  tenantId: string,
  organizationId: string,
  teamId: string,
  userId: string,
  fields: Partial<TeamMember> = {},
): TeamMember {
  return {
    tenant_id: tenantId,
    organization_id: organizationId,
    team_id: teamId,
    user_id: userId,
    role: "member",
    metadata: {},
    revision: 1,
    created_at: moment,
    updated_at: moment,
    ...fields,
  };
}

export function resourceRecord(
  tenantId: string,
  organizationId: string,
  externalId: string,
  fields: Partial<Resource> = {},
): Resource {
  return {
    tenant_id: tenantId,
    organization_id: organizationId,
    type: "project",
    external_id: externalId,
    name: null,
    revision: 1,
    created_at: moment,
    ...fields,
  };
}

export function eventRecord(
  tenantId: string,
  chainId: string,
  sequence: number,
  fields: Partial<StoredEvent> = {},
): StoredEvent {
  return {
    tenant_id: tenantId,
    chain_id: chainId,
    sequence,
    id: `event-${chainId}-${sequence}`,
    // A change that other processes may remember something of, so that every storage tells them of it.
    type: "organization.suspended",
    entity: "organization",
    entity_id: chainId,
    organization_id: chainId,
    actor_type: "system",
    actor_id: "testkit",
    occurred_at: moment,
    data: "{}",
    personal: null,
    previous_hash: `hash-${sequence - 1}`,
    hash: `hash-${sequence}`,
    ...fields,
  };
}

/** Roles of the tenant, in the form in which a membership or team holds them. */
export function tenantRoles(...keys: readonly string[]) {
  return keys.map((key) => ({ scope: "tenant" as const, key }));
}

export function purgeRecord(tenantId: string, fields: Partial<PurgeRecord> = {}): PurgeRecord {
  return {
    tenant_id: tenantId,
    tenant: "{}",
    kept_server: null,
    kept_database: null,
    serial: null,
    event_after: 7,
    actor_type: "operator",
    actor_id: "opk",
    begun_at: moment,
    purged_at: null,
    ...fields,
  };
}

export function registeredOrganizationRecord(
  serial: number,
  name: string,
): RegisteredOrganizationRecord {
  return {
    serial,
    name_key: name,
    name: name.toUpperCase(),
    admin_email: `${name}@example.com`,
    tenant_id: `tenant of ${name}`,
    admin_user_id: "ann",
    created_at: moment,
  };
}

export function denialRecord(
  tenantId: string,
  id: string,
  fields: Partial<DenialRecord> = {},
): DenialRecord {
  return {
    tenant_id: tenantId,
    id,
    occurred_at: moment,
    code: "permission_denied",
    operation: "add_member",
    actor_type: "user",
    actor_id: null,
    organization_id: null,
    permission: null,
    request_id: null,
    ...fields,
  };
}
