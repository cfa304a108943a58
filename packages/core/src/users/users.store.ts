import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";
import type { User } from "./users.schema.ts";

export interface UserRecord extends Omit<User, "private_metadata"> {
  readonly private_metadata: NonNullable<User["private_metadata"]>;
  readonly username_key: string | null;
}

export interface UserFilter {
  /** Part of the name, username or e-mail address. */
  readonly q?: string | undefined;
  readonly email?: string | undefined;
  readonly username_key?: string | undefined;
  readonly external_id?: string | undefined;
}

export interface UserStore {
  /** @throws {DomainError} `id_taken`, `email_taken`, `username_taken`, `external_id_taken`. */
  insert(record: UserRecord): Awaitable<void>;
  find(tenantId: string, id: string): Awaitable<UserRecord | undefined>;
  /** Cheaper than `find`, and often all that is needed. Undefined where there is no such user. */
  findStatus(tenantId: string, id: string): Awaitable<UserRecord["status"] | undefined>;
  findByEmail(tenantId: string, email: string): Awaitable<UserRecord | undefined>;
  findByUsernameKey(tenantId: string, usernameKey: string): Awaitable<UserRecord | undefined>;
  /** Writes every column but the ids and `created_at`. Throws the same errors as `insert`. */
  update(record: UserRecord): Awaitable<void>;
  /** Ordered by id. Items are users without `private_metadata`. */
  list(tenantId: string, filter: UserFilter, page: PageRequest): Awaitable<StoredPage>;

  /** The password hash in PHC string format; undefined where the user has no password. */
  findPasswordHash(tenantId: string, userId: string): Awaitable<string | undefined>;
  setPasswordHash(tenantId: string, userId: string, hash: string, at: string): Awaitable<void>;

  /** False also where there is no such user. */
  isTenantAdministrator(tenantId: string, userId: string): Awaitable<boolean>;
  /** True if it changed something; false also where there is no such user. */
  setTenantAdministrator(
    tenantId: string,
    userId: string,
    isAdministrator: boolean,
  ): Awaitable<boolean>;
}
