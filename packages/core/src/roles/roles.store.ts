import type { Awaitable } from "../awaitable.ts";
import type { Role } from "./roles.schema.ts";

export interface RoleStore {
  /** @throws {DomainError} `role_key_taken`. */
  insert(role: Role): Awaitable<void>;
  /** The role with that key which can be held in the organization: its own or the tenant's. */
  find(tenantId: string, organizationId: string | null, key: string): Awaitable<Role | undefined>;
  /** The tenant's roles and, if an organization is given, its own; highest rank first. At most 1,000. */
  list(tenantId: string, organizationId: string | null): Awaitable<readonly Role[]>;
  update(role: Role): Awaitable<void>;
  /** @throws {DomainError} `role_in_use`. */
  remove(role: Role): Awaitable<void>;
  /** True where any organization of the tenant has its own role with that key. */
  isKeyTakenByAnOrganization(tenantId: string, key: string): Awaitable<boolean>;
}
