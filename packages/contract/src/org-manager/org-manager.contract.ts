import { createOrganizationSchema, userOrganizationSchema } from "@tenantry/core";
import { z } from "zod";
import { defineOperations } from "../operation.ts";

/** The organization manager's REST integration, with the bodies and statuses of its document. */
export const orgManagerOperations = defineOperations({
  createOrganizationByName: {
    method: "POST",
    path: "/api/organizations",
    tag: "Organization manager",
    summary: "Create an organization by name",
    description: "The calling user becomes its owner.",
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
    description: "For that user and the operator.",
    permission: "self",
    effect: "read",
    status: 200,
    answer: z.strictObject({ organizations: z.array(userOrganizationSchema) }),
    errors: ["user_not_found"],
  },
});
