import { once } from "node:events";
import { request } from "node:http";
import { type Operation, operationIds, operations } from "@tenantry/contract";
import { describe, expect, it } from "vitest";
import { found, password, register } from "../people.ts";
import { operatorKey } from "../test-server.ts";
import { withServer } from "../with-server.ts";

const test = withServer({ hasOwnClock: true });
const params = {
  tenant_id: "ten_x",
  organization_id: "org_x",
  user_id: "user_x",
  team_id: "team_x",
  role_key: "x",
  plan_key: "x",
  type: "x",
  external_id: "x",
};
const guarded = operationIds.filter(
  (id) => (operations[id] as Operation).permission !== "anonymous",
);

describe("a credential that is none", () => {
  it.each(guarded)("%s refuses it before it looks at anything else", async (id) => {
    for (const as of [
      "nonsense",
      "tok_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "eyJhbGciOiJub25lIn0.e30.",
      "",
    ]) {
      const { status, headers } = await test.client(id, { params, as, body: undefined });
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    }
  });

  it("is refused where none is wanted, too, as the contract says", async () => {
    const body = { email: "none-wanted@example.com", password, name: "None" };
    const { status } = await test.client("register", { as: "nonsense", body });
    expect(status).toBe(401);
  });

  it("is refused in another scheme, or in none", async () => {
    for (const authorization of [
      "Basic b3BlcmF0b3I6eA==",
      "operator-key-of-the-tests",
      "Bearer",
      "Bearer a b",
    ]) {
      const { status } = await test.client("getMe", { headers: { authorization } });
      expect([authorization, status]).toEqual([authorization, 401]);
    }
  });

  it("is asked for without an error where none was sent", async () => {
    const { problem, headers } = await test.client("getMe");
    expect(problem.code).toBe("authentication_required");
    expect(headers.get("www-authenticate")).toBe('Bearer realm="tenantry"');
  });
});

/** Attack case 61. */
describe("a way around a credential", () => {
  const bearer = `Bearer ${operatorKey}`;

  it.each(guarded)("%s: is no header, cookie or query field", async (id) => {
    for (const [name, value] of Object.entries({
      "x-middleware-subrequest": "middleware:middleware:middleware",
      "x-original-url": "/health",
      "x-rewrite-url": "/health",
      "x-http-method-override": "OPTIONS",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "localhost",
      "proxy-authorization": bearer,
      "x-authorization": bearer,
      cookie: `authorization=${bearer}; access_token=${operatorKey}`,
    })) {
      const { status } = await test.client(id, { params, headers: { [name]: value } });
      expect([name, status]).toEqual([name, 401]);
    }
    for (const name of ["access_token", "authorization", "token"]) {
      const query = { [name]: operatorKey };
      expect((await test.client(id, { params, query })).status).toBe(401);
    }
  });

  it("is no spelling of a path", async () => {
    for (const path of [
      "/api/v1/%6frganizations",
      "/api/v1/organizations/",
      "/api/v1/organizations%2f",
      "//api/v1/organizations",
      "/api//v1/organizations",
      "/api/v1/./organizations",
      "/health/../api/v1/organizations",
      "/health/%2e%2e/api/v1/organizations",
      "/api/v1/organizations;/health",
      "/api/v1/organizations%00",
      "/API/V1/ORGANIZATIONS",
      "http://localhost/api/v1/organizations",
    ]) {
      const { hostname, port } = new URL(test.server.address);
      const [response] = await once(request({ hostname, port, path }).end(), "response");
      response.resume();
      expect([path, [401, 404].includes(response.statusCode)]).toEqual([path, true]);
    }
  });
});

describe("log-in", () => {
  it("answers alike to a wrong password, an unknown address and a deactivated user", async () => {
    const { client } = test;
    const person = await register(client);
    const gone = await register(client);
    await client("updateUser", {
      params: { user_id: gone.id },
      as: "operator",
      body: { status: "deactivated" },
    });
    const bodies = [
      { email: person.email, password: "wrong password" },
      { email: "nobody@example.com", password },
      { email: gone.email, password },
    ];
    const answers = await Promise.all(bodies.map((body) => client("login", { body })));
    const told = answers.map(({ status, problem }) => [status, problem.code, problem.detail]);
    expect(new Set(told.map(String)).size).toBe(1);
    expect(told[0]?.[1]).toBe("invalid_credentials");
  });
});

describe("a session", () => {
  it("is over at once where its user is deactivated", async () => {
    const { client } = test;
    const person = await register(client);
    expect((await client("getMe", { as: person.token })).status).toBe(200);
    const body = { status: "deactivated" };
    await client("updateUser", { params: { user_id: person.id }, as: "operator", body });
    expect((await client("getMe", { as: person.token })).problem.code).toBe("session_revoked");
    const refresh = { refresh_token: person.refreshToken };
    expect((await client("refresh", { body: refresh })).status).toBe(401);
  });

  it("does not outlive the token, even where the token was seen before", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const body = { user_id: owner.id, organization_id: id, permission: "member:read" };
    expect((await client("check", { as: owner.token, body })).body.allowed).toBe(true);
    expect((await client("check", { as: owner.token, body })).body.allowed).toBe(true);
    server.clock.nowMs += 30 * 60_000;
    for (const operation of ["check", "getMe"] as const) {
      const asked = operation === "check" ? { body } : {};
      expect((await client(operation, { as: owner.token, ...asked })).status).toBe(401);
    }
  });
});
