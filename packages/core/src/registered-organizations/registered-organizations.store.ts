import type { Awaitable } from "../awaitable.ts";

/** An organization that registered by its name and got a tenant with a database of its own. */
export interface RegisteredOrganizationRecord {
  /** Its number in the installation, counted from 1. */
  readonly serial: number;
  /** The name as it is compared: unique over the installation. */
  readonly name_key: string;
  readonly name: string;
  readonly admin_email: string;
  readonly tenant_id: string;
  /** The user of that tenant who registered it: the first one there. */
  readonly admin_user_id: string;
  readonly created_at: string;
}

/** They stand in the main database alone: by them a name leads to its tenant. */
export interface RegisteredOrganizationStore {
  /** @throws {DomainError} `organization_name_taken`; `id_taken` where another has the number. */
  insert(record: RegisteredOrganizationRecord): Awaitable<void>;
  find(nameKey: string): Awaitable<RegisteredOrganizationRecord | undefined>;
  /** The highest number that was ever given; 0 where none was. */
  lastSerial(): Awaitable<number>;
  /** Removes what was registered for a tenant that is not there. @returns its number. */
  removeOf(tenantId: string): Awaitable<number | undefined>;
}
