export { type Access, accessOf, isAllowed, permissionBeyond } from "./access/access.policy.ts";
export {
  type CheckBatchInput,
  type CheckBatchResult,
  type CheckInput,
  type CheckRequest,
  type CheckResult,
  checkBatchResultSchema,
  checkBatchSchema,
  checkRequestSchema,
  checkResultSchema,
  checkSchema,
  freshnessSchema,
} from "./access/access.schema.ts";
export type { AccessRecord, AccessStore, GrantedRole } from "./access/access.store.ts";
export { check, checkBatch, currentAccess, lockedAccess } from "./access/access.ts";
export { type AccessTable, type CachedAccess, createAccessTable } from "./access/access-table.ts";
export {
  type Authority,
  administratorAccess,
  administratorAuthority,
  assertIfMatch,
  authorizeRead,
  deny,
  isAdministrator,
  isOperator,
  mutateOrganization,
  type OrganizationCall,
  organizationNotFound,
  type Required,
  requireActor,
  requireAdministrator,
} from "./access/authorize.ts";
export { assertMayAsk, mayAskAtOnce } from "./access/may-ask.ts";
export {
  type CacheFill,
  createPermissionCache,
  mayBeRemembered,
  type PermissionCache,
} from "./access/permission-cache.ts";
export { everyPermission, isReading, type Permission, permissions } from "./access/permissions.ts";
export type { LeastRevisions, SharedAccess, SharedQuestion } from "./access/shared-access.ts";
export type { Awaitable } from "./awaitable.ts";
export type { Actor, Context, Engine, EngineSettings, PasswordHasher } from "./context.ts";
export type { CopiedRow, CopiedTable, CopyStore } from "./copies/copies.store.ts";
export {
  type CopyTarget,
  compareContents,
  contentOf,
  copyRows,
  countRows,
  joinChecksums,
  listTenantIds,
  type RowsDone,
  readContent,
  readRows,
  type TableContent,
} from "./copies/copies.ts";
export { createEngine, type EngineOptions, type OpenEngine } from "./engine.ts";
export {
  DomainError,
  type DomainErrorOptions,
  type ErrorCode,
  type ErrorKind,
  errorCatalogue,
  type FieldFault,
  isDomainError,
} from "./errors.ts";
export {
  appendEvent,
  type EventDraft,
  type LockedChain,
  openChain,
} from "./events/append-event.ts";
export { genesisHash, hashEvent } from "./events/event-hash.ts";
export {
  actorSchema,
  type Event,
  type EventActor,
  type EventEntity,
  type EventType,
  eventEntitySchema,
  eventSchema,
  eventTypeSchema,
  type ListEventsInput,
  listEventsSchema,
} from "./events/events.schema.ts";
export type {
  ChainHead,
  Change,
  EventStore,
  HistoryInterval,
  StoredEvent,
} from "./events/events.store.ts";
export { listEvents, presentEvent } from "./events/events.ts";
export {
  type EventRow,
  isPersonalDataTrue,
  openEventData,
  sealEventData,
} from "./events/personal-data.ts";
export { type ChainFault, type ChainReport, verifyChains } from "./events/verify-chains.ts";
export {
  domainField,
  emailField,
  externalIdField,
  idField,
  jsonObjectField,
  keyField,
  metadataField,
  nameField,
  searchField,
  slugField,
  timeField,
} from "./fields.ts";
export { foreignAwait } from "./foreign-await.ts";
export type { IdempotencyRecord, IdempotencyStore } from "./idempotency/idempotency.store.ts";
export {
  findKeptAnswer,
  type IdempotentCall,
  idempotentCall,
  type KeptAnswer,
  keepAnswer,
} from "./idempotency/idempotency.ts";
export { type IdPrefix, newId, randomBase32 } from "./ids.ts";
export {
  type ExportCounts,
  type ExportFormat,
  type ExportOptions,
  exportTenant,
} from "./imports/exports.ts";
export type { ImportOptions } from "./imports/import-options.ts";
export {
  type ImportChange,
  type ImportCounts,
  type ImportedEntry,
  type ImportedKind,
  type ImportOutcome,
  type ImportReport,
  importedKinds,
} from "./imports/import-report.ts";
export { importData } from "./imports/imports.ts";
export { givenFields, inputFaults, isStorable, parseInput, pointer } from "./input.ts";
export type { KeyStore, OperatorKeyRecord, SigningKeyRecord } from "./keys/keys.store.ts";
export {
  ensureOperatorKey,
  ensureSigningKeys,
  findOperatorKey,
  replaceOperatorKey,
} from "./keys/keys.ts";
export { listingPorts } from "./listing-ports.ts";
export { changeMembership, lastOwner, updateCounts } from "./members/change-membership.ts";
export { type ActivityNotes, createActivityNotes } from "./members/last-active.ts";
export { getMember, listMembers, listUserOrganizations } from "./members/list-members.ts";
export {
  ceasesToOwn,
  type JudgedMember,
  outranks,
  permissionNotGrantable,
} from "./members/members.policy.ts";
export {
  type AddMemberInput,
  addMemberSchema,
  type ListMembersInput,
  type ListUserOrganizationsInput,
  listMembersSchema,
  listUserOrganizationsSchema,
  type Member,
  type Membership,
  type MembershipStatus,
  memberSchema,
  membershipSchema,
  membershipStatusSchema,
  type UpdateMemberInput,
  type UserOrganization,
  updateMemberSchema,
  userOrganizationSchema,
} from "./members/members.schema.ts";
export type { HeldRole, MemberFilter, MemberStore } from "./members/members.store.ts";
export {
  type Admission,
  acceptMembership,
  addMember,
  admitMember,
  assertMayGrant,
  memberNotFound,
  ownerGrant,
  removeMember,
  updateMember,
} from "./members/members.ts";
export { createPageMemory, type PageMemory } from "./members/page-memory.ts";
export { applyChanges } from "./moves/apply-changes.ts";
export { forgetAllChanges } from "./moves/forget-changes.ts";
export type { MoveRecord, MoveRecordStore } from "./moves/move-records.store.ts";
export type { MoveStore, NotedChange, RowKey, StorageMoves } from "./moves/moves.store.ts";
export { tenantMoving } from "./moves/tenant-moving.ts";
export {
  type LockedOrganization,
  type LockedTenant,
  type Mutation,
  type MutationOptions,
  mutate,
} from "./mutation.ts";
export { nameKey, normalizeEmail, usernameKey } from "./normalization.ts";
export {
  createOrganization,
  insertOrganization,
  type NewOrganization,
} from "./organizations/create-organization.ts";
export {
  changeOrganization,
  organizationEventRow,
  presentOrganization,
} from "./organizations/organization-record.ts";
export { generateSlug, withGeneratedSlug } from "./organizations/organization-slug.ts";
export { canChoosePlan } from "./organizations/organizations.policy.ts";
export {
  type CreateOrganizationInput,
  createOrganizationSchema,
  type ListOrganizationsInput,
  listOrganizationsSchema,
  type Organization,
  type OrganizationStats,
  type OrganizationStatus,
  type OrganizationWithStats,
  organizationSchema,
  organizationStatsSchema,
  organizationStatusSchema,
  organizationWithStatsSchema,
  type RestoreOrganizationInput,
  restoreOrganizationSchema,
  type SetBillingInput,
  setBillingSchema,
  setPlanSchema,
  setStatusSchema,
  type UpdateOrganizationInput,
  updateOrganizationSchema,
} from "./organizations/organizations.schema.ts";
export type {
  OrganizationFilter,
  OrganizationRecord,
  OrganizationStore,
} from "./organizations/organizations.store.ts";
export {
  deleteOrganization,
  getOrganization,
  listOrganizations,
  purgeOrganization,
  restoreOrganization,
  setBilling,
  setPlan,
  setStatus,
  updateOrganization,
} from "./organizations/organizations.ts";
export {
  type JsonPage,
  openPage,
  type Page,
  type PageInput,
  type PageRequest,
  pageInput,
  type StoredPage,
  toJsonPage,
  toPageRequest,
} from "./page.ts";
export type { Placement, PlacementStore } from "./placements/placements.store.ts";
export { defaultPlans } from "./plans/default-plans.ts";
export { enterPlan } from "./plans/enter-plan.ts";
export {
  type CreatePlanInput,
  createPlanSchema,
  type Plan,
  planSchema,
  type SeatLimit,
  seatLimitField,
  type UpdatePlanInput,
  updatePlanSchema,
} from "./plans/plans.schema.ts";
export type { PlanStore } from "./plans/plans.store.ts";
export {
  createPlan,
  deletePlan,
  getPlan,
  insertPlan,
  listPlans,
  updatePlan,
} from "./plans/plans.ts";
export { assertSeatsSuffice } from "./plans/seats.ts";
export { purgeTenant, resumePurges } from "./purges/purge-tenant.ts";
export {
  type PurgedTenant,
  type PurgeTenantInput,
  purgedTenantSchema,
  purgeTenantSchema,
} from "./purges/purges.schema.ts";
export type { PurgeRecord, PurgeStore } from "./purges/purges.store.ts";
export { clearTenantRows, endTenant, removeTenantRows } from "./purges/remove-tenant-rows.ts";
export { registerOrganization } from "./registered-organizations/register-organization.ts";
export {
  type NamedOrganizationInput,
  namedOrganizationSchema,
  type RegisteredOrganization,
  type RegisterOrganizationInput,
  registeredOrganizationSchema,
  registerOrganizationSchema,
} from "./registered-organizations/registered-organizations.schema.ts";
export type {
  RegisteredOrganizationRecord,
  RegisteredOrganizationStore,
} from "./registered-organizations/registered-organizations.store.ts";
export {
  getRegisteredOrganization,
  loginAdministrator,
} from "./registered-organizations/registered-organizations.ts";
export {
  type CountedResourceType,
  countedResourceTypes,
  type ListResourcesInput,
  listResourcesSchema,
  type RegisterResourceInput,
  type Resource,
  registerResourceSchema,
  resourceSchema,
} from "./resources/resources.schema.ts";
export type { ResourceStore } from "./resources/resources.store.ts";
export { listResources, registerResource, removeResource } from "./resources/resources.ts";
export {
  billingAdminRole,
  canonicalRoleKey,
  defaultRole,
  defaultRoles,
  everyRoleKnown,
  ownerRole,
} from "./roles/default-roles.ts";
export { grantOf, type RoleGrant, resolveRoles } from "./roles/held-roles.ts";
export {
  type CreateRoleInput,
  createRoleSchema,
  permissionField,
  type Role,
  roleSchema,
  type UpdateRoleInput,
  updateRoleSchema,
} from "./roles/roles.schema.ts";
export type { RoleStore } from "./roles/roles.store.ts";
export { createRole, deleteRole, getRole, listRoles, updateRole } from "./roles/roles.ts";
export { listDenials } from "./security-log/list-denials.ts";
export {
  type Refusal,
  recordDenial,
  recordRefusedCredential,
} from "./security-log/record-denial.ts";
export {
  type Denial,
  type DenialCode,
  denialSchema,
  type ListDenialsInput,
  listDenialsSchema,
} from "./security-log/security-log.schema.ts";
export type {
  DenialFilter,
  DenialRecord,
  SecurityLogStore,
} from "./security-log/security-log.store.ts";
export { createSecurityLog, type SecurityLog } from "./security-log/security-log.ts";
export { assertStrongPassword } from "./sessions/password-strength.ts";
export { createSessionCache, type SessionCache } from "./sessions/session-cache.ts";
export {
  type LoginInput,
  loginSchema,
  passwordField,
  type RefreshInput,
  type RegisterInput,
  refreshSchema,
  registerSchema,
} from "./sessions/sessions.schema.ts";
export type { RefreshTokenRecord, SessionRecord, SessionStore } from "./sessions/sessions.store.ts";
export {
  isSessionKnownLive,
  isSessionLive,
  login,
  logout,
  refreshSession,
  registerUser,
  type SessionGrant,
  sessionRefusal,
} from "./sessions/sessions.ts";
export {
  type ChangeListener,
  type InstallationMethod,
  installationMethods,
  type Ports,
  type ReplicatedPorts,
  type SnapshotOptions,
  type Storage,
  type TransactionOptions,
} from "./store.ts";
export { type Swept, sweepExpired } from "./sweep.ts";
export {
  addTeamMember,
  insertTeamMember,
  listTeamMembers,
  removeTeamMember,
  updateTeamMember,
} from "./teams/team-members.ts";
export {
  assertDepth,
  depthInside,
  insertTeam,
  presentTeam,
  teamNotFound,
} from "./teams/team-record.ts";
export {
  type AddTeamMemberInput,
  addTeamMemberSchema,
  type CreateTeamInput,
  createTeamSchema,
  type ListTeamMembersInput,
  type ListTeamsInput,
  listTeamMembersSchema,
  listTeamsSchema,
  maximumTeamDepth,
  type Team,
  type TeamMember,
  type TeamMemberRole,
  teamMemberRoleSchema,
  teamMemberSchema,
  teamSchema,
  type UpdateTeamInput,
  updateTeamMemberSchema,
  updateTeamSchema,
} from "./teams/teams.schema.ts";
export type { TeamFilter, TeamRecord, TeamStore } from "./teams/teams.store.ts";
export {
  createTeam,
  deleteTeam,
  findTeam,
  getTeam,
  listTeams,
  updateTeam,
} from "./teams/teams.ts";
export { announceMove } from "./tenants/announce-move.ts";
export { assertOwnTenant } from "./tenants/assert-own-tenant.ts";
export { createTenant } from "./tenants/create-tenant.ts";
export { ensureDefaultTenant } from "./tenants/ensure-default-tenant.ts";
export { findTenant } from "./tenants/find-tenant.ts";
export { forEachTenant, type UnreachableTenant } from "./tenants/for-each-tenant.ts";
export { insertTenant, type NewTenant } from "./tenants/insert-tenant.ts";
export type {
  MigratedPlaces,
  MigrationFailure,
  OwnDatabase,
  TenantPlaces,
} from "./tenants/tenant-places.ts";
export { assertTenantOpen, isTenantOpen, tenantNotFound } from "./tenants/tenants.policy.ts";
export {
  type CreatedTenant,
  type CreateTenantInput,
  createdTenantSchema,
  createTenantSchema,
  defaultTenantSlug,
  type ListTenantsInput,
  listTenantsSchema,
  setTenantStatusSchema,
  type Tenant,
  type TenantPlacement,
  type TenantStatus,
  tenantPlacementSchema,
  tenantSchema,
  tenantStatusSchema,
  type UpdateTenantInput,
  updateTenantSchema,
} from "./tenants/tenants.schema.ts";
export type { TenantFilter, TenantRecord, TenantStore } from "./tenants/tenants.store.ts";
export {
  deleteTenant,
  getTenant,
  listTenants,
  restoreTenant,
  setTenantStatus,
  updateTenant,
} from "./tenants/tenants.ts";
export { enterUser } from "./users/enter-user.ts";
export {
  changeUser,
  insertUser,
  type NewUser,
  presentUser,
  userNotFound,
} from "./users/user-record.ts";
export {
  type CreateUserInput,
  createUserSchema,
  type ListUsersInput,
  listUsersSchema,
  type UpdateUserInput,
  type User,
  type UserStatus,
  updateUserSchema,
  userSchema,
  userStatusSchema,
} from "./users/users.schema.ts";
export type { UserFilter, UserRecord, UserStore } from "./users/users.store.ts";
export {
  createUser,
  getUser,
  grantTenantAdministrator,
  listUsers,
  revokeTenantAdministrator,
  updateUser,
} from "./users/users.ts";
