import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { denialsOf } from "./denials.ts";
import { createClient } from "./http-client.ts";
import { makeTenant } from "./make-tenant.ts";
import { found, register } from "./people.ts";
import { operatorKey, startTestServer } from "./test-server.ts";
import { withServer } from "./with-server.ts";

const test = withServer();

describe("a refused access token or operator key", () => {
  const stranger = { type: "anonymous", id: null };
  const refused: Readonly<Record<string, (token: string) => string>> = {
    "another signature": (token) => `Bearer ${token.slice(0, -6)}AAAAAA`,
    "another key": (token) => `Bearer ${token.replace(/^[^.]+/, headOf("unknown"))}`,
    "a key that is not the operator's": () => `Bearer ${operatorKey}x`,
    "a scheme that is not ours": () => `Basic ${operatorKey}`,
    "no token at all": () => "Bearer",
  };

  function headOf(kid: string): string {
    return Buffer.from(JSON.stringify({ alg: "EdDSA", typ: "at+jwt", kid })).toString("base64url");
  }

  it.each(Object.keys(refused))(
    "with %s leaves a line without a name, in the log of the tenant that was named, or of the default one",
    async (what) => {
      const { client, server } = test;
      const { token } = await register(client);
      const authorization = refused[what]?.(token) ?? "";
      const { defaultTenant, engine } = server.tenantry;
      const { id } =
        (await engine.storage.committed.tenants.findBySlug("named")) ??
        (await makeTenant(server, "named"));
      const tenantOf = { "": defaultTenant.id, named: id, [id]: id, nowhere: defaultTenant.id };
      for (const [named, tenantId] of Object.entries(tenantOf)) {
        const headers = { authorization, ...(named !== "" && { "tenantry-tenant": named }) };
        const { status, problem } = await client("getMe", { headers });
        expect(status).toBe(401);
        expect(await denialsOf(server, problem.request_id)).toEqual([
          {
            id: expect.any(String),
            tenant_id: tenantId,
            occurred_at: expect.any(String),
            code: "invalid_token",
            operation: "authenticate",
            actor: stranger,
            organization_id: null,
            permission: null,
            request_id: problem.request_id,
          },
        ]);
      }
    },
  );

  it("of a session that has ended names its user, in their tenant, whichever is named", async () => {
    const { client, server } = test;
    const tenant = await makeTenant(server, "ended");
    const person = await register(client, "ended");
    await client("logout", {
      body: { refresh_token: person.refreshToken },
      headers: { "tenantry-tenant": "ended" },
    });
    for (const headers of [{}, { "tenantry-tenant": "default" }]) {
      const { problem } = await client("getMe", { as: person.token, headers });
      expect(await denialsOf(server, problem.request_id)).toMatchObject([
        {
          tenant_id: tenant.id,
          code: "session_revoked",
          operation: "authenticate",
          actor: { type: "user", id: person.id },
        },
      ]);
    }
  });

  it("that is good elsewhere names its user in the log of their own tenant, not of the one they named", async () => {
    const { client, server } = test;
    await makeTenant(server, "foreign");
    const { id, token } = await register(client);
    for (const named of ["foreign", "nowhere"]) {
      const headers = { "tenantry-tenant": named };
      const { status, problem } = await client("listPlans", { as: token, headers });
      expect(status).toBe(404);
      expect(await denialsOf(server, problem.request_id)).toMatchObject([
        {
          tenant_id: server.tenantry.defaultTenant.id,
          code: "tenant_not_found",
          actor: { type: "user", id },
        },
      ]);
    }
  });

  it("leaves its line where a check is asked with it, that memory would have answered at once", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const person = await register(client);
    const { id: organization_id } = await found(server, owner);
    const body = { user_id: person.id, organization_id, permission: "member:read" };
    expect((await client("check", { as: person.token, body })).status).toBe(200);
    const atOnce = await client("check", { as: person.token, body });
    expect([atOnce.status, atOnce.headers.get("x-request-id")]).toEqual([200, null]);
    await client("logout", { body: { refresh_token: person.refreshToken } });
    const asked = {
      session_revoked: person.token,
      invalid_token: `${owner.token.slice(0, -6)}AAAAAA`,
    };
    for (const [code, as] of Object.entries(asked)) {
      const { problem } = await client("check", { as, body });
      expect(await denialsOf(server, problem.request_id)).toMatchObject([{ code }]);
    }
    const about = { ...body, user_id: owner.id };
    const { token } = await register(client);
    const { problem } = await client("check", { as: token, body: about });
    expect(await denialsOf(server, problem.request_id)).toMatchObject([
      { code: "organization_not_found", operation: "check", organization_id },
    ]);
  });

  it("floods out nothing of those who are known, also where its session has ended", async () => {
    const server = await startTestServer({ hasOwnClock: true });
    const client = createClient(server.address);
    const person = await register(client);
    const { token } = await register(client);
    await client("logout", { body: { refresh_token: person.refreshToken } });
    for (let sent = 0; sent < 70; sent += 1) await client("getMe", { as: person.token });
    await client("listUsers", { as: token });
    await server.tenantry.engine.flush();
    const { body } = await client("listDenials", { as: "operator", query: { limit: 200 } });
    expect(body.items.filter(({ code }) => code === "session_revoked")).toHaveLength(60);
    expect(body.items.filter(({ code }) => code === "permission_denied")).toHaveLength(1);
    await server.stop();
  });
});

describe("the security log", () => {
  it("has a refusal with who, what, where and by which request", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const stranger = await register(client);
    const { id } = await found(server, owner);
    const requestId = randomUUID();
    await client("deleteOrganization", {
      params: { organization_id: id },
      as: stranger.token,
      headers: { "x-request-id": requestId },
    });
    expect(await denialsOf(server, requestId)).toMatchObject([
      {
        code: "organization_not_found",
        operation: "delete_organization",
        actor: { type: "user", id: stranger.id },
        organization_id: id,
        permission: "organization:delete",
      },
    ]);
  });

  it("has a refusal without anybody asking for it, a moment later", async () => {
    const { client } = test;
    const { id, token } = await register(client);
    await client("listUsers", { as: token });
    const query = { actor_id: id };
    await expect
      .poll(async () => (await client("listDenials", { as: "operator", query })).body.items)
      .toMatchObject([{ code: "permission_denied", operation: "list_users" }]);
  });

  it("is read page by page, by the Link as well, and refuses what is no filter of it", async () => {
    const { client, server } = test;
    const { id, token } = await register(client);
    for (const organization_id of ["org_1", "org_2", "org_3"]) {
      await client("getOrganization", { params: { organization_id }, as: token });
    }
    await server.tenantry.engine.flush();
    const read = (query: Record<string, string | number>) =>
      client("listDenials", { as: "operator", query: { actor_id: id, limit: 2, ...query } });
    const first = await read({});
    const cursor = first.body.next_cursor ?? "";
    expect(first.headers.get("link")).toContain(`cursor=${cursor}`);
    const rest = await read({ cursor });
    expect([...first.body.items, ...rest.body.items].map((one) => one.organization_id)).toEqual([
      "org_3",
      "org_2",
      "org_1",
    ]);
    expect((await read({ user_id: id })).status).toBe(400);
    expect((await read({ cursor: "!" })).problem.code).toBe("invalid_cursor");
  });
});
