import {
  assertIfMatch,
  assertOrganizationExists,
  authorizeRead,
  mutateOrganization,
} from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import { type JsonPage, toJsonPage, toPageRequest } from "../page.ts";
import {
  type ListResourcesInput,
  listResourcesSchema,
  type RegisterResourceInput,
  type Resource,
  registerResourceSchema,
} from "./resources.schema.ts";

/**
 * Registers something of the application's as the organization's. Its statistics count the types in {@link
 * countedResourceTypes}.
 *
 * @throws {DomainError} `resource_taken`.
 */
export async function registerResource(
  ctx: Context,
  organizationId: string,
  input: RegisterResourceInput,
): Promise<Resource> {
  const parsed = parseInput(registerResourceSchema, input);
  const call = {
    operation: "register_resource",
    organizationId,
    required: "resource:write",
    input: parsed,
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization) => {
    const resource: Resource = {
      tenant_id: ctx.tenantId,
      organization_id: organizationId,
      ...parsed,
      revision: organization.record.revision,
      created_at: mutation.now,
    };
    await insertResource(mutation, organization, resource);
    return resource;
  });
}

/**
 * Registers a resource. Every new resource goes through here, imported ones too.
 *
 * @throws {DomainError} `resource_taken`.
 */
export async function insertResource(
  mutation: Mutation,
  organization: LockedOrganization,
  resource: Resource,
): Promise<void> {
  await mutation.ports.resources.insert(resource);
  await mutation.append(organization.chain, {
    type: "resource.registered",
    entity: "resource",
    entity_id: `${resource.type}/${resource.external_id}`,
    before: null,
    after: resource,
  });
}

/** The registered resources, of one type if it is given, ordered by type and external id. */
export async function listResources(
  ctx: Context,
  organizationId: string,
  input: ListResourcesInput = {},
): Promise<JsonPage> {
  const { type, ...rest } = parseInput(listResourcesSchema, input);
  await authorizeRead(ctx, "list_resources", organizationId, "resource:read");
  const { resources } = listingPorts(ctx);
  const found = await resources.list(ctx.tenantId, organizationId, type, toPageRequest(rest));
  if (found.last_key === null) await assertOrganizationExists(ctx, organizationId);
  return toJsonPage(found);
}

/** @throws {DomainError} `resource_not_found`, `revision_mismatch`. */
export async function removeResource(
  ctx: Context,
  organizationId: string,
  type: string,
  externalId: string,
): Promise<void> {
  const call = {
    operation: "remove_resource",
    organizationId,
    required: "resource:write",
    input: [type, externalId],
  } as const;
  await mutateOrganization(ctx, call, async (mutation, organization) => {
    const { resources } = mutation.ports;
    const before = await resources.find(ctx.tenantId, organizationId, type, externalId);
    if (before === undefined) {
      throw new DomainError("resource_not_found", "There is no such resource in the organization");
    }
    assertIfMatch(ctx, before.revision);
    await resources.remove(ctx.tenantId, organizationId, type, externalId);
    await mutation.append(organization.chain, {
      type: "resource.removed",
      entity: "resource",
      entity_id: `${type}/${externalId}`,
      before,
      after: null,
    });
  });
}
