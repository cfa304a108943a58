import {
  loginSchema,
  namedOrganizationSchema,
  registeredOrganizationSchema,
  registerOrganizationSchema,
} from "@tenantry/core";
import { z } from "zod";
import { defineOperations } from "../operation.ts";

/** A log-in answers without a refresh token: whoever wants one signs in under `/api/v1`. */
const administratorTokenSchema = z.strictObject({
  access_token: z.string(),
  token_type: z.literal("bearer"),
  user: z.strictObject({
    id: z.int(),
    email: z.string(),
    is_admin: z.literal(true),
    is_active: z.literal(true),
  }),
});

const example = { email: "admin@test.com", password: "testpass123" };

/** Organizations that register by their names, each with a database of its own. */
export const registeredOrganizationOperations = defineOperations({
  registerOrganization: {
    method: "POST",
    path: "/org/create",
    tag: "Registered organizations",
    summary: "Register an organization with a database of its own",
    description:
      "Makes a tenant with a database of its own, its administrator, and the organization that they own. Open to everybody while registration is open, else to the operator.",
    permission: "anonymous",
    effect: "mutation",
    body: registerOrganizationSchema,
    status: 200,
    answer: registeredOrganizationSchema,
    errors: ["registration_closed", "organization_name_taken"],
    example: { body: { ...example, organization_name: "TestOrg" } },
  },
  getRegisteredOrganization: {
    method: "POST",
    path: "/org/get",
    tag: "Registered organizations",
    summary: "Get a registered organization by its name",
    description: "Open to everybody while registration is open, else to the operator.",
    permission: "anonymous",
    effect: "read",
    body: namedOrganizationSchema,
    status: 200,
    answer: registeredOrganizationSchema,
    errors: ["registration_closed", "organization_not_found"],
    example: { body: { organization_name: "TestOrg" } },
  },
  loginAdministrator: {
    method: "POST",
    path: "/admin/login",
    tag: "Registered organizations",
    summary: "Sign in as the administrator who registered an organization",
    description:
      "The token is for `/api/v1`, in the organization's tenant. Everybody else of the tenant signs in under `/api/v1`.",
    permission: "anonymous",
    effect: "session",
    query: namedOrganizationSchema,
    body: loginSchema,
    status: 200,
    answer: administratorTokenSchema,
    errors: ["invalid_credentials"],
    example: { body: example },
  },
});
