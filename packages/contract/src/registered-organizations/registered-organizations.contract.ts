import {
  loginSchema,
  namedOrganizationSchema,
  registeredOrganizationSchema,
  registerOrganizationSchema,
} from "@tenantry/core";
import { z } from "zod";
import { defineOperations } from "../operation.ts";

/** This login gives no refresh token. A client that needs one signs in under `/api/v1`. */
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

/** Organizations that register under a name of their own. Each gets its own database. */
export const registeredOrganizationOperations = defineOperations({
  registerOrganization: {
    method: "POST",
    path: "/org/create",
    tag: "Registered organizations",
    summary: "Register an organization with its own database",
    description:
      "While registration is closed, only the operator may do this. Creates a tenant with its own database, the tenant's administrator, and an organization that the administrator owns.",
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
    description: "While registration is closed, only the operator may do this.",
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
      "The token is valid for `/api/v1` in the organization's tenant. All other users of the tenant sign in under `/api/v1`.",
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
