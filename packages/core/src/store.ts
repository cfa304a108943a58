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

/** Every feature's port. The first argument of each method that touches a tenant's rows is the tenant. */
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

/** The ports whose lists a replica may answer. What decides is not among them: access, sessions, keys and credentials. */
export type ReplicatedPorts = Pick<
  Ports,
  "events" | "members" | "organizations" | "plans" | "resources" | "roles" | "teams" | "users"
>;

export interface SnapshotOptions {
  /** The moment may be one of {@link Storage.replicated}. */
  readonly replicated?: boolean | undefined;
}

export interface TransactionOptions {
  /**
   * Called when the body has ended, each time that it is run, and fails it where it throws. It may await something beside the ports; whoever
   * shares the commit waits as well, so it is for what has to be in another storage before the commit, and for nothing else.
   */
  readonly beforeCommit?: ((ports: Ports) => Awaitable<void>) | undefined;
}

/**
 * Methods whose rows belong to no one tenant, or that look for tenants, each with the reason. Every other method has the tenant as its first argument, or
 * in the record that it writes.
 */
export const installationMethods = [
  // The tenants themselves: where one of them is not named by its id.
  "tenants.insert",
  "tenants.findBySlug",
  "tenants.findByShortId",
  "tenants.list",
  "tenants.all",
  "tenants.putCopy",
  "tenants.removeCopy",
  // Every tenant has the same.
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
  // Which tenants are removed for good.
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

/** Told of every commit's changes before its caller has the answer; `"everything"` where a storage cannot say which. */
export type ChangeListener = (changes: readonly Change[] | "everything") => void;

/** A storage: where everything lives. `storage-testkit` says when an implementation is right. */
export interface Storage {
  /** The ports over what is committed: each call sees every commit of its tenant acknowledged before it. No writes. */
  readonly committed: Ports;

  /**
   * As `committed`, for lists that are shown and decide nothing: a storage may answer them from a replica. Each call sees every commit of
   * its tenant that this storage acknowledged or was told of (`onChange`) before it, and else what is some seconds old at most.
   * Where there is no replica it is `committed`.
   */
  readonly replicated: ReplicatedPorts;

  /**
   * Runs `body`, which touches the rows of this one tenant (or, with `null`, those of the installation: tenants and keys), with all or none of its writes kept, one such body at a time as far as its rows go. Resolves when the commit is on
   * disk. `body` awaits nothing but the ports, since other bodies may share its commit, and is refused where it does; it has no other effect, since it
   * may be run again. When `body` throws, nothing of it stays and the error is thrown on.
   *
   * @throws {DomainError} `storage_busy` when another process holds the storage for too long, `storage_unavailable`.
   */
  transaction<T>(
    tenantId: string | null,
    body: (ports: Ports) => Awaitable<T>,
    options?: TransactionOptions,
  ): Promise<T>;

  /** Runs `body` over one moment of the tenant's data, however long it takes and whatever is written meanwhile. No writes. */
  snapshot<T>(
    tenantId: string | null,
    body: (ports: Ports) => Promise<T>,
    options?: SnapshotOptions,
  ): Promise<T>;

  /** Registers the one listener for changes, of this process's commits and of others'. */
  onChange(listener: ChangeListener): void;

  /**
   * Looks for commits of other processes where the tenant (with `null`, the installation) lives, and tells the listener. Cheap enough for every check: an embedded engine looks again
   * after a millisecond, unless `fresh` demands a look now.
   */
  catchUp(tenantId: string | null, fresh: boolean): Awaitable<void>;

  /**
   * Looks now, at once, and says whether it could: then what memory holds of the tenant, and {@link Storage.foreignCommits}, are as new as
   * a read would be. Left out where a look takes a round trip.
   */
  lookNow?(tenantId: string): boolean;

  /** Rises with every such look that found commits of other processes. What was memorised without events is good for one value of it. */
  foreignCommits(tenantId: string | null): number;

  /** What moving a tenant takes, where tenants can move. */
  readonly moves?: StorageMoves;

  /**
   * Names the history that the tenant's revisions count in, where processes may share what they remember by revision: it is another one
   * after a fail-over or in another database. Undefined while messages of commits may be missed.
   */
  history?(tenantId: string): string | undefined;

  /** Ends after what was accepted is done. Calls after it throw `storage_closed`. */
  close(): Promise<void>;
}
