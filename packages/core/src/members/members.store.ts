import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";
import type { Member, Membership, MembershipStatus } from "./members.schema.ts";

/** A role as a membership or a team holds it: the tenant's, or one of the organization's own. */
export interface HeldRole {
  readonly scope: "tenant" | "organization";
  readonly key: string;
}

export interface MemberFilter {
  /** Part of the name, username or e-mail address, as `searchField` folds it. */
  readonly q?: string | undefined;
  /** Held directly, whatever its rank. */
  readonly role?: string | undefined;
  readonly status?: MembershipStatus | undefined;
}

export interface MemberStore {
  /** @throws {DomainError} `already_member`, `unknown_user`, `unknown_role`. */
  insert(membership: Membership, roles: readonly HeldRole[]): Awaitable<void>;
  find(tenantId: string, organizationId: string, userId: string): Awaitable<Membership | undefined>;
  /** As find, with the person. */
  findMember(
    tenantId: string,
    organizationId: string,
    userId: string,
  ): Awaitable<Member | undefined>;
  /** Writes every column but the ids and `created_at`; replaces the roles where they are given. */
  update(membership: Membership, roles: readonly HeldRole[] | null): Awaitable<void>;
  /** Removes the row, its roles and its places in teams. */
  remove(tenantId: string, organizationId: string, userId: string): Awaitable<void>;
  /** Whether somebody else is an owner who can act: membership and user are active. */
  hasOtherOwner(tenantId: string, organizationId: string, userId: string): Awaitable<boolean>;
  /** Writes `last_active_at`, without event or revision (decision 10). */
  touch(tenantId: string, organizationId: string, userId: string, at: string): Awaitable<void>;
  /** In the order of user ids. Items are {@link Member}. The total without a filter is the organization's `seat_count`. */
  list(
    tenantId: string,
    organizationId: string,
    filter: MemberFilter,
    page: PageRequest,
  ): Awaitable<StoredPage>;
  /**
   * The living organizations of a user whose membership is active, in the order of organization ids. Items are
   * `UserOrganization`.
   */
  listUserOrganizations(tenantId: string, userId: string, page: PageRequest): Awaitable<StoredPage>;
  /** The ids of the organizations, not deleted, in which the user is an active owner; ascending. */
  organizationsOwnedBy(tenantId: string, userId: string): Awaitable<readonly string[]>;
}
