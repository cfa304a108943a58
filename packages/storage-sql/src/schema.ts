import type { Generated } from "kysely";

/**
 * The tables of both engines. Times are ISO 8601 text (UTC, milliseconds, `Z`), JSON is text, a flag is 0 or 1. A row
 * has the same bytes on every engine, so that it can be copied and compared between engines.
 */
export interface Database {
  tenants: TenantsTable;
  placements: PlacementsTable;
  registered_organizations: RegisteredOrganizationsTable;
  users: UsersTable;
  user_passwords: UserPasswordsTable;
  roles: RolesTable;
  plans: PlansTable;
  organizations: OrganizationsTable;
  memberships: MembershipsTable;
  membership_roles: MembershipRolesTable;
  teams: TeamsTable;
  team_roles: TeamRolesTable;
  team_members: TeamMembersTable;
  resources: ResourcesTable;
  resource_counts: ResourceCountsTable;
  events: EventsTable;
  history: HistoryTable;
  sessions: SessionsTable;
  refresh_tokens: RefreshTokensTable;
  idempotency_keys: IdempotencyKeysTable;
  security_log: SecurityLogTable;
  signing_keys: SigningKeysTable;
  operator_keys: OperatorKeysTable;
  changed_rows: ChangedRowsTable;
  tenant_moves: TenantMovesTable;
  tenant_purges: TenantPurgesTable;
}

interface TenantsTable {
  id: string;
  slug: string;
  short_id: string;
  name: string;
  /** The name, folded for search. */
  name_key: Generated<string>;
  status: string;
  placement: string;
  revision: number;
  row_revision: Generated<number>;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  /** 1 while the tenant's rows must not be written here: it is moving, or lives elsewhere. */
  fenced: Generated<number>;
}

interface PlacementsTable {
  tenant_id: string;
  server: string;
  database: string | null;
  epoch: number;
  state: string;
  created_at: string;
  updated_at: string;
}

interface RegisteredOrganizationsTable {
  serial: number;
  name_key: string;
  name: string;
  admin_email: string;
  tenant_id: string;
  admin_user_id: string;
  created_at: string;
}

interface UsersTable {
  tenant_id: string;
  id: string;
  username: string | null;
  username_key: string | null;
  email: string | null;
  email_verified: number;
  name: string | null;
  external_id: string | null;
  status: string;
  metadata: string;
  private_metadata: string;
  client_metadata: string;
  /** Name, username and e-mail address, folded for search. */
  search_key: string;
  revision: number;
  created_at: string;
  updated_at: string;
  /** 1 for an administrator of the tenant. Changed by itself, so that no other change of a user can touch it. */
  is_tenant_administrator: Generated<number>;
}

interface UserPasswordsTable {
  tenant_id: string;
  user_id: string;
  hash: string;
  updated_at: string;
}

interface RolesTable {
  tenant_id: string;
  /** `tenant`, or the id of the organization that owns the role. */
  scope: string;
  key: string;
  organization_id: string | null;
  name: string;
  description: string | null;
  rank: number;
  permissions: string;
  is_default: number;
  revision: number;
  created_at: string;
  updated_at: string;
}

interface PlansTable {
  tenant_id: string;
  key: string;
  name: string;
  /** `unlimited`, digits, or null: a missing limit allows no seat. */
  seats: string | null;
  entitlements: string;
  is_default: number;
  revision: number;
  created_at: string;
  updated_at: string;
}

interface OrganizationsTable {
  tenant_id: string;
  id: string;
  name: string;
  name_key: string;
  slug: string;
  domain: string | null;
  billing_email: string | null;
  billing_address: string | null;
  plan_tier: string;
  status: string;
  lago_customer_id: string | null;
  stripe_customer_id: string | null;
  logo_url: string | null;
  metadata: string;
  private_metadata: string;
  client_metadata: string;
  external_id: string | null;
  revision: number;
  row_revision: number;
  seat_count: number;
  member_count: number;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
}

interface MembershipsTable {
  tenant_id: string;
  organization_id: string;
  user_id: string;
  id: string;
  /** The highest role, followed by all roles as JSON, for lists. The authoritative rows are in `membership_roles`. */
  role: string;
  roles: string;
  status: string;
  invited_by_user_id: string | null;
  joined_at: string | null;
  last_active_at: string | null;
  metadata: string;
  revision: number;
  created_at: string;
  updated_at: string;
  /**
   * 1 once the member was put into a team, and from then on. A look-up of access asks for the roles of teams only
   * then; a 1 too many costs it a query, nothing else.
   */
  was_in_team: Generated<number>;
}

interface MembershipRolesTable {
  tenant_id: string;
  organization_id: string;
  user_id: string;
  role_scope: string;
  role_key: string;
}

interface TeamsTable {
  tenant_id: string;
  organization_id: string;
  id: string;
  parent_team_id: string | null;
  depth: number;
  name: string;
  name_key: string;
  description: string | null;
  roles: string;
  metadata: string;
  revision: number;
  created_at: string;
  updated_at: string;
}

interface TeamRolesTable {
  tenant_id: string;
  organization_id: string;
  team_id: string;
  role_scope: string;
  role_key: string;
}

interface TeamMembersTable {
  tenant_id: string;
  organization_id: string;
  team_id: string;
  user_id: string;
  role: string;
  metadata: string;
  revision: number;
  created_at: string;
  updated_at: string;
}

interface ResourcesTable {
  tenant_id: string;
  organization_id: string;
  type: string;
  external_id: string;
  name: string | null;
  revision: number;
  created_at: string;
}

interface ResourceCountsTable {
  tenant_id: string;
  organization_id: string;
  type: string;
  count: number;
}

interface EventsTable {
  /** Rises with every event of this database: other processes read what comes after the last position they know. */
  position: Generated<number>;
  tenant_id: string;
  chain_id: string;
  sequence: number;
  id: string;
  type: string;
  entity: string;
  entity_id: string;
  organization_id: string | null;
  actor_type: string;
  actor_id: string | null;
  occurred_at: string;
  data: string;
  personal: string | null;
  previous_hash: string;
  hash: string;
}

interface HistoryTable {
  tenant_id: string;
  chain_id: string;
  entity: string;
  entity_id: string;
  from_sequence: number;
  from_at: string;
  to_sequence: number | null;
  to_at: string | null;
}

interface SessionsTable {
  tenant_id: string;
  id: string;
  user_id: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
}

interface RefreshTokensTable {
  tenant_id: string;
  token_hash: string;
  session_id: string;
  created_at: string;
  used_at: string | null;
}

interface IdempotencyKeysTable {
  tenant_id: string;
  principal: string;
  idempotency_key: string;
  fingerprint: string;
  result: string | null;
  created_at: string;
  expires_at: string;
}

interface SecurityLogTable {
  tenant_id: string;
  id: string;
  occurred_at: string;
  code: string;
  operation: string;
  actor_type: string;
  actor_id: string | null;
  organization_id: string | null;
  permission: string | null;
  request_id: string | null;
}

interface SigningKeysTable {
  id: string;
  algorithm: string;
  public_jwk: string;
  private_jwk: string;
  created_at: string;
}

interface OperatorKeysTable {
  id: string;
  key_hash: string;
  created_at: string;
}

interface ChangedRowsTable {
  position: Generated<number>;
  tenant_id: string;
  table_name: string;
  /** The key without the tenant, as a JSON array. */
  row_key: string;
}

interface TenantMovesTable {
  tenant_id: string;
  mover: string;
  from_server: string;
  from_database: string | null;
  to_server: string;
  to_database: string | null;
  step: string;
  updated_at: string;
}

interface TenantPurgesTable {
  tenant_id: string;
  tenant: string | null;
  kept_server: string | null;
  kept_database: string | null;
  serial: number | null;
  event_after: number;
  actor_type: string;
  actor_id: string;
  begun_at: string;
  purged_at: string | null;
}
