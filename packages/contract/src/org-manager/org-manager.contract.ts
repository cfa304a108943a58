import { createOrganizationSchema, userOrganizationSchema } from "@tenantry/core";
import { z } from "zod";
import { defineOperations } from "../operation.ts";

/** The REST integration of the organization manager, with the bodies and statuses that its documentation gives. */
export const orgManagerOperations = defineOperations({
  createOrganizationByName: {
    method: "POST",
    path: "/api/organizations",
    tag: "Organization manager",
    summary: "Create an organization by name",
    description: "The calling user becomes the owner.",
    permission: "authenticated",
    effect: "mutation",
    query: z.strictObject({ name: createOrganizationSchema.shape.name }),
    status: 200,
    answer: z.strictObject({ org_id: z.string() }),
    errors: ["organization_name_taken", "seat_limit_reached", "unknown_plan", "permission_denied"],
  },
  getOrganizationsOfUser: {
    method: "GET",
    path: "/api/users/{user_id}/organizations",
    tag: "Organization manager",
    summary: "Get all organizations of a user",
    description: "Unlike the list under `/api/v1`, administrators get 404 for other users.",
    permission: "self",
    effect: "read",
    status: 200,
    answer: z.strictObject({ organizations: z.array(userOrganizationSchema) }),
    errors: ["user_not_found"],
  },
});
