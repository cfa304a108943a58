import { loginSchema, refreshSchema, registerSchema, userSchema } from "@tenantry/core";
import { z } from "zod";
import { defineOperations } from "../operation.ts";

/** The answer of every operation that opens a session: the token response of RFC 6749, section 5.1, with the user added. */
export const tokenAnswerSchema = z.strictObject({
  access_token: z.string(),
  token_type: z.literal("bearer"),
  /** Seconds until the access token expires. */
  expires_in: z.int(),
  refresh_token: z.string(),
  user: userSchema,
});
export type TokenAnswer = z.infer<typeof tokenAnswerSchema>;

/** The signed-in user. */
export const callerSchema = userSchema.extend({
  is_tenant_administrator: z.boolean(),
});

const jwksSchema = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.literal("sig"),
    }),
  ),
});

const credentials = { email: "ann@example.com", password: "correct horse battery" };

export const authOperations = defineOperations({
  register: {
    method: "POST",
    path: "/api/v1/auth/register",
    tag: "Authentication",
    summary: "Create an account and sign in",
    description: "Refused while the installation has registration closed.",
    permission: "anonymous",
    effect: "mutation",
    body: registerSchema,
    status: 201,
    answer: tokenAnswerSchema,
    location: "/api/v1/users/{user.id}",
    errors: ["registration_closed", "email_taken", "weak_password"],
    example: { body: { ...credentials, name: "Ann" } },
  },
  login: {
    method: "POST",
    path: "/api/v1/auth/login",
    tag: "Authentication",
    summary: "Sign in with a password",
    permission: "anonymous",
    effect: "session",
    body: loginSchema,
    status: 200,
    answer: tokenAnswerSchema,
    errors: ["invalid_credentials"],
    example: { body: credentials },
  },
  refresh: {
    method: "POST",
    path: "/api/v1/auth/refresh",
    tag: "Authentication",
    summary: "Exchange a refresh token for new tokens",
    description: "Each refresh token can be used once. Using one a second time ends the session.",
    permission: "anonymous",
    effect: "session",
    body: refreshSchema,
    status: 200,
    answer: tokenAnswerSchema,
    errors: ["invalid_token", "session_revoked"],
  },
  logout: {
    method: "POST",
    path: "/api/v1/auth/logout",
    tag: "Authentication",
    summary: "End the session of a refresh token",
    description:
      "A refresh token that is unknown, or whose session has ended, is not an error. A token of another tenant, or one that is malformed, is refused.",
    permission: "anonymous",
    effect: "session",
    body: refreshSchema,
    status: 204,
    answer: null,
    errors: ["invalid_token"],
  },
  getMe: {
    method: "GET",
    path: "/api/v1/auth/me",
    tag: "Authentication",
    summary: "Get the signed-in user",
    description: "The operator is not a user and gets 404.",
    permission: "authenticated",
    effect: "read",
    status: 200,
    answer: callerSchema,
    etag: "revision",
    errors: ["user_not_found"],
  },
  getJwks: {
    method: "GET",
    path: "/.well-known/jwks.json",
    tag: "Authentication",
    summary: "Get the public keys that verify access tokens",
    permission: "anonymous",
    effect: "read",
    status: 200,
    answer: jwksSchema,
    errors: [],
  },
});
