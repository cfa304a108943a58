import type { Awaitable } from "../awaitable.ts";

/** An organization that registered by name and has a tenant with a database of its own. */
export interface RegisteredOrganizationRecord {
  /** Its number in the installation, counted from 1. */
  readonly serial: number;
  /** The normalized name, unique in the installation. */
  readonly name_key: string;
  readonly name: string;
  readonly admin_email: string;
  readonly tenant_id: string;
  /** The user who registered it, which is the tenant's first user. */
  readonly admin_user_id: string;
  readonly created_at: string;
}

/** Registered organizations, stored in the main database only: a name leads to its tenant. */
export interface RegisteredOrganizationStore {
  /** @throws {DomainError} `organization_name_taken`; `id_taken` where another has the number. */
  insert(record: RegisteredOrganizationRecord): Awaitable<void>;
  find(nameKey: string): Awaitable<RegisteredOrganizationRecord | undefined>;
  /** The highest number ever given; 0 where there is none. */
  lastSerial(): Awaitable<number>;
  /**
   * Removes the registration of a tenant that does not exist.
   *
   * @returns its number.
   */
  removeOf(tenantId: string): Awaitable<number | undefined>;
}
