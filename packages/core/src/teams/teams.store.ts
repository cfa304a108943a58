import type { Awaitable } from "../awaitable.ts";
import type { HeldRole } from "../members/members.store.ts";
import type { PageRequest, StoredPage } from "../page.ts";
import type { Team, TeamMember } from "./teams.schema.ts";

/** `name_key` is unique in the organization. `depth` is 1 for a top-level team. */
export interface TeamRecord extends Team {
  readonly name_key: string;
  readonly depth: number;
}

export interface TeamFilter {
  readonly q?: string | undefined;
  readonly parent_team_id?: string | undefined;
}

export interface TeamStore {
  /** @throws {DomainError} `team_name_taken`, `unknown_role`. */
  insert(team: TeamRecord, roles: readonly HeldRole[]): Awaitable<void>;
  find(tenantId: string, organizationId: string, id: string): Awaitable<TeamRecord | undefined>;
  findByNameKey(
    tenantId: string,
    organizationId: string,
    nameKey: string,
  ): Awaitable<TeamRecord | undefined>;
  /** Writes every column but the ids and `created_at`; replaces the roles if they are given. */
  update(team: TeamRecord, roles: readonly HeldRole[] | null): Awaitable<void>;
  /**
   * Removes the team, its roles and its members.
   *
   * @throws {DomainError} `team_not_empty` where it contains teams.
   */
  remove(tenantId: string, organizationId: string, id: string): Awaitable<void>;
  /** The complete records of the teams directly inside a team, ordered by id. */
  children(tenantId: string, organizationId: string, id: string): Awaitable<readonly TeamRecord[]>;
  /** Ordered by id. Items are {@link Team}. */
  list(
    tenantId: string,
    organizationId: string,
    filter: TeamFilter,
    page: PageRequest,
  ): Awaitable<StoredPage>;
  /** The complete records of all teams of the organization, ordered by id: for export and import. */
  all(tenantId: string, organizationId: string): Awaitable<readonly TeamRecord[]>;

  /** @throws {DomainError} `already_team_member`, `not_a_member`. */
  insertMember(member: TeamMember): Awaitable<void>;
  findMember(
    tenantId: string,
    organizationId: string,
    teamId: string,
    userId: string,
  ): Awaitable<TeamMember | undefined>;
  updateMember(member: TeamMember): Awaitable<void>;
  removeMember(
    tenantId: string,
    organizationId: string,
    teamId: string,
    userId: string,
  ): Awaitable<void>;
  /** Ordered by user id. Items are {@link TeamMember}. */
  listMembers(
    tenantId: string,
    organizationId: string,
    teamId: string,
    page: PageRequest,
  ): Awaitable<StoredPage>;
  /** The user's memberships in teams of the organization. */
  teamsOf(
    tenantId: string,
    organizationId: string,
    userId: string,
  ): Awaitable<readonly TeamMember[]>;
  /** The keys of the roles that members of the team hold: its own and those of the teams around it. */
  rolesThroughTeam(
    tenantId: string,
    organizationId: string,
    teamId: string,
  ): Awaitable<readonly HeldRole[]>;
}
