import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";
import type { Resource } from "./resources.schema.ts";

export interface ResourceStore {
  /**
   * Inserts the resource and counts it.
   *
   * @throws {DomainError} `resource_taken`.
   */
  insert(resource: Resource): Awaitable<void>;
  find(
    tenantId: string,
    organizationId: string,
    type: string,
    externalId: string,
  ): Awaitable<Resource | undefined>;
  /** Removes the resource and its count. */
  remove(
    tenantId: string,
    organizationId: string,
    type: string,
    externalId: string,
  ): Awaitable<void>;
  /** Ordered by type and external id. Items are {@link Resource}. */
  list(
    tenantId: string,
    organizationId: string,
    type: string | undefined,
    page: PageRequest,
  ): Awaitable<StoredPage>;
}
