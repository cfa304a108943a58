import { listResourcesSchema, registerResourceSchema, resourceSchema } from "@tenantry/core";
import { defineOperations } from "../operation.ts";
import { pageOf } from "../page-of.ts";

const errors = ["organization_not_found", "permission_denied"] as const;

export const resourceOperations = defineOperations({
  registerResource: {
    method: "POST",
    path: "/api/v1/organizations/{organization_id}/resources",
    tag: "Resources",
    summary: "Register a resource",
    description:
      "Resources of the types `project`, `model`, `experiment` and `deployment` are counted in the organization's statistics.",
    permission: "resource:write",
    effect: "mutation",
    body: registerResourceSchema,
    status: 201,
    answer: resourceSchema,
    etag: "revision",
    location: "/api/v1/organizations/{organization_id}/resources/{type}/{external_id}",
    errors: [...errors, "organization_deleted", "resource_taken"],
    example: { body: { type: "project", external_id: "prj-1", name: "Apollo" } },
  },
  listResources: {
    method: "GET",
    path: "/api/v1/organizations/{organization_id}/resources",
    tag: "Resources",
    summary: "List the resources of an organization",
    permission: "resource:read",
    effect: "read",
    query: listResourcesSchema,
    status: 200,
    answer: pageOf(resourceSchema),
    errors,
  },
  removeResource: {
    method: "DELETE",
    path: "/api/v1/organizations/{organization_id}/resources/{type}/{external_id}",
    tag: "Resources",
    summary: "Remove a resource",
    permission: "resource:write",
    effect: "mutation",
    status: 204,
    answer: null,
    ifMatch: true,
    errors: [...errors, "organization_deleted", "resource_not_found"],
  },
});
