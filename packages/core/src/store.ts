import type { AccessStore } from "./access/access.store.ts";
import type { Awaitable } from "./awaitable.ts";
import type { CopyStore } from "./copies/copies.store.ts";
import type { Change, EventStore } from "./events/events.store.ts";
import type { IdempotencyStore } from "./idempotency/idempotency.store.ts";
import type { KeyStore } from "./keys/keys.store.ts";
import type { MemberStore } from "./members/members.store.ts";
import type { MoveRecordStore } from "./moves/move-records.store.ts";
import type { MoveStore, StorageMoves } from "./moves/moves.store.ts";
import type { OrganizationStore } from "./organizations/organizations.store.ts";
import type { PlacementStore } from "./placements/placements.store.ts";
import type { PlanStore } from "./plans/plans.store.ts";
import type { PurgeStore } from "./purges/purges.store.ts";
import type { RegisteredOrganizationStore } from "./registered-organizations/registered-organizations.store.ts";
import type { ResourceStore } from "./resources/resources.store.ts";
import type { RoleStore } from "./roles/roles.store.ts";
import type { SecurityLogStore } from "./security-log/security-log.store.ts";
import type { SessionStore } from "./sessions/sessions.store.ts";
import type { TeamStore } from "./teams/teams.store.ts";
import type { TenantStore } from "./tenants/tenants.store.ts";
import type { UserStore } from "./users/users.store.ts";

/** Every feature's port. Each method that touches a tenant's rows has the tenant as its first argument. */
export interface Ports {
  readonly access: AccessStore;
  readonly copies: CopyStore;
  readonly events: EventStore;
  readonly idempotency: IdempotencyStore;
  readonly keys: KeyStore;
  readonly members: MemberStore;
  readonly moveRecords: MoveRecordStore;
  readonly moves: MoveStore;
  readonly organizations: OrganizationStore;
  readonly placements: PlacementStore;
  readonly plans: PlanStore;
  readonly purges: PurgeStore;
  readonly registeredOrganizations: RegisteredOrganizationStore;
  readonly resources: ResourceStore;
  readonly roles: RoleStore;
  readonly securityLog: SecurityLogStore;
  readonly sessions: SessionStore;
  readonly teams: TeamStore;
  readonly tenants: TenantStore;
  readonly users: UserStore;
}

/**
 * The ports whose lists a replica may answer. Ports that decide something are not among them: access, sessions, keys,
 * credentials.
 */
export type ReplicatedPorts = Pick<
  Ports,
  "events" | "members" | "organizations" | "plans" | "resources" | "roles" | "teams" | "users"
>;

export interface SnapshotOptions {
  /** The snapshot may be taken on a replica, see {@link Storage.replicated}. */
  readonly replicated?: boolean | undefined;
}

export interface TransactionOptions {
  /**
   * Called each time the body has run, before the commit; if it throws, the transaction fails. Unlike the body it may
   * await something other than the ports. Everybody who shares the commit waits for it, so it is only for what must
   * be written to another storage before the commit.
   */
  readonly beforeCommit?: ((ports: Ports) => Awaitable<void>) | undefined;
}

/**
 * Methods whose rows belong to no single tenant, or that look for tenants, grouped by reason. Every other method has
 * the tenant as its first argument or in the record that it writes.
 */
export const installationMethods = [
  // Tenants that are not addressed by their id.
  "tenants.insert",
  "tenants.findBySlug",
  "tenants.findByShortId",
  "tenants.list",
  "tenants.all",
  "tenants.putCopy",
  "tenants.removeCopy",
  // Every tenant has the same tables.
  "copies.tables",
  "copies.tenantIds",
  // Where tenants live.
  "placements.find",
  "placements.insert",
  "placements.update",
  "placements.remove",
  "placements.list",
  "placements.listElsewhere",
  "placements.listUnsteady",
  // Which organizations registered by their names.
  "registeredOrganizations.insert",
  "registeredOrganizations.find",
  "registeredOrganizations.lastSerial",
  "registeredOrganizations.removeOf",
  // Which tenants are being moved.
  "moveRecords.insert",
  "moveRecords.find",
  "moveRecords.update",
  "moveRecords.remove",
  // Which tenants are being purged.
  "purges.insert",
  "purges.find",
  "purges.listUnfinished",
  "purges.finish",
  "purges.remove",
  // The installation's keys.
  "keys.insertSigningKey",
  "keys.listSigningKeys",
  "keys.insertOperatorKey",
  "keys.removeOperatorKeys",
  "keys.listOperatorKeys",
] as const;
export type InstallationMethod = (typeof installationMethods)[number];

/**
 * Called with the changes of every commit before its caller gets the answer; with `"everything"` where the storage
 * cannot tell which changed.
 */
export type ChangeListener = (changes: readonly Change[] | "everything") => void;

/** Stores everything. `storage-testkit` decides whether an implementation is right. */
export interface Storage {
  /**
   * Reads of committed data: each call sees every commit of its tenant that was acknowledged before it. Its writing
   * methods are not to be called.
   */
  readonly committed: Ports;

  /**
   * As `committed`, for lists that are shown and decide nothing; a replica may answer. Each call sees every commit of
   * its tenant that this storage acknowledged or reported through `onChange` before, and otherwise data at most some
   * seconds old. Where there is no replica it is `committed`.
   */
  readonly replicated: ReplicatedPorts;

  /**
   * Runs `body` in a transaction on the rows of one tenant or, with `null`, of the installation (tenants and keys).
   * All of its writes are kept or none. Bodies that touch the same rows run one after another. Resolves when the
   * commit is on disk.
   *
   * `body` must await nothing but the ports, because other bodies may share its commit; one that does is refused. It
   * must have no other effect, because it may be run again. When it throws, none of its writes stay and the error is
   * passed on.
   *
   * @throws {DomainError} `storage_busy` when another process holds the storage for too long, `storage_unavailable`.
   */
  transaction<T>(
    tenantId: string | null,
    body: (ports: Ports) => Awaitable<T>,
    options?: TransactionOptions,
  ): Promise<T>;

  /**
   * Runs `body` on one snapshot of the tenant's data, however long it takes and whatever is written meanwhile. Reads
   * only.
   */
  snapshot<T>(
    tenantId: string | null,
    body: (ports: Ports) => Promise<T>,
    options?: SnapshotOptions,
  ): Promise<T>;

  /**
   * Sets the one listener for changes, of this process's commits and of other processes'. Where other processes' have
   * to be sent, those that contradict nothing that is remembered may be missing ({@link mayBeRemembered}).
   */
  onChange(listener: ChangeListener): void;

  /**
   * Looks for commits of other processes where the tenant lives (`null`: the installation), and calls the listener.
   * Cheap enough for every check: an embedded storage looks at most once per millisecond, unless `fresh` requires a
   * look now.
   */
  catchUp(tenantId: string | null, fresh: boolean): Awaitable<void>;

  /**
   * Looks for commits of other processes now and synchronously, and returns whether it could. Then what memory holds
   * of the tenant, and {@link Storage.foreignCommits}, are as new as a read. Absent where a look takes a round trip.
   */
  lookNow?(tenantId: string): boolean;

  /**
   * Rises with every look that found commits of other processes, except those that `onChange` may leave out. Memory of
   * anything without events is valid for one value of it.
   */
  foreignCommits(tenantId: string | null): number;

  /** What is needed to move tenants, where the storage can. */
  readonly moves?: StorageMoves;

  /**
   * Names the history in which the tenant's revisions count; processes may share cached records within one history.
   * It changes with a fail-over and differs between databases. Undefined while messages about commits may be missed.
   */
  history?(tenantId: string): string | undefined;

  /** Closes the storage after accepted work is done. Later calls throw `storage_closed`. */
  close(): Promise<void>;
}
