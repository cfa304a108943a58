import { describe, expect, it } from "vitest";
import { createClient } from "./http-client.ts";
import { makeTenant } from "./make-tenant.ts";
import { found, password, register } from "./people.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { withServer } from "./with-server.ts";

const test = withServer();
const as = "operator";

describe("a tenant", () => {
  it("lives from creation over change and suspension to deletion and restoration, by id and by slug", async () => {
    const { client } = test;
    const administrator = { email: "ann@acme.example", name: "Ann", password };
    const created = await client("createTenant", { as, body: { name: "Acme", administrator } });
    const { id } = created.body;
    expect(created.headers.get("location")).toBe(`/api/v1/tenants/${id}`);
    expect(created.body).toMatchObject({ slug: "acme", status: "active", placement: "shared" });
    expect(created.text).not.toContain(password);
    const headers = { "tenantry-tenant": "acme" };
    const login = await client("login", { headers, body: { email: "ann@acme.example", password } });
    const me = await client("getMe", { as: login.body.access_token });
    expect(me.body).toMatchObject({ tenant_id: id, is_tenant_administrator: true });
    expect(me.body.id).toBe(created.body.administrator?.id);

    const renamed = await client("updateTenant", {
      as,
      method: "PUT",
      params: { tenant_id: "acme" },
      headers: { "if-match": created.headers.get("etag") ?? "" },
      body: { name: "Acme Ltd", slug: "acme-ltd" },
    });
    expect(renamed.body).toMatchObject({ name: "Acme Ltd", slug: "acme-ltd" });
    const params = { tenant_id: id };
    const stale = { "if-match": created.headers.get("etag") ?? "" };
    expect((await client("deleteTenant", { as, params, headers: stale })).status).toBe(412);
    expect((await client("deleteTenant", { as, params })).status).toBe(204);
    const deleted = await client("listTenants", { as, query: { status: "deleted", total: true } });
    expect(deleted.body).toMatchObject({ total: 1, items: [{ id, status: "deleted" }] });
    expect((await client("getTenant", { as, params })).body.status).toBe("deleted");
    const gone = await client("listRoles", { as, headers: { "tenantry-tenant": "acme-ltd" } });
    expect(gone.problem.code).toBe("tenant_not_found");
    const back = await client("restoreTenant", { as, params: { tenant_id: "acme-ltd" } });
    expect(back.body).toMatchObject({ id, status: "active", deleted_at: null });
    expect((await client("getMe", { as: login.body.access_token })).body.id).toBe(me.body.id);
  });

  it("is deleted and purged once for a key, also where the header names it as the path does", async () => {
    const { client } = test;
    const { body: tenant } = await client("createTenant", { as, body: { name: "Vanished" } });
    const named = { "tenantry-tenant": tenant.slug };
    const statusOf = async (operation: "deleteTenant" | "purgeTenant", tenantId: string) => {
      const headers = { ...named, "idempotency-key": `${operation}-${tenantId}` };
      const request = { as, headers, params: { tenant_id: tenantId } };
      return [(await client(operation, request)).status, (await client(operation, request)).status];
    };
    expect(await statusOf("deleteTenant", tenant.id)).toEqual([204, 204]);
    await client("restoreTenant", { as, headers: named, params: { tenant_id: tenant.slug } });
    expect(await statusOf("deleteTenant", tenant.slug)).toEqual([204, 204]);
    const elsewhere = await client("getTenant", {
      as,
      headers: named,
      params: { tenant_id: "default" },
    });
    expect(elsewhere.problem.code).toBe("tenant_not_found");
    expect(await statusOf("purgeTenant", tenant.slug)).toEqual([200, 200]);
  });

  it("is made once for a key, however often it is sent", async () => {
    const { client } = test;
    const headers = { "idempotency-key": "make-beta" };
    const body = { name: "Beta" };
    const answers = [
      await client("createTenant", { as, headers, body }),
      await client("createTenant", { as, headers, body }),
    ];
    expect(answers.map(({ body }) => body.slug)).toEqual(["beta", "beta"]);
    expect(answers[1]?.text).toBe(answers[0]?.text);
    const query = { q: "beta", total: true };
    expect((await client("listTenants", { as, query })).body.total).toBe(1);
  });

  it("is purged by the operator when it is deleted, once for a key, and its slug is another's then", async () => {
    const { client } = test;
    const params = { tenant_id: "gone" };
    const made = await client("createTenant", { as, body: { name: "Gone" } });
    const living = await client("purgeTenant", { as, params });
    expect([living.status, living.problem.code]).toEqual([409, "tenant_not_deleted"]);
    await client("deleteTenant", { as, params });
    const shared = await client("purgeTenant", { as, params, body: { keep_database: true } });
    expect([shared.status, shared.problem.errors?.[0]?.pointer]).toEqual([400, "/keep_database"]);
    const headers = { "idempotency-key": "purge-gone" };
    const purged = await client("purgeTenant", { as, params, headers });
    const { id } = made.body;
    expect([purged.status, purged.body]).toEqual([
      200,
      { id, slug: "gone", name: "Gone", kept_database: null },
    ]);
    expect((await client("getTenant", { as, params: { tenant_id: id } })).status).toBe(404);
    const again = await client("createTenant", { as, body: { name: "Gone" } });
    expect(again.body).toMatchObject({ slug: "gone", status: "active" });
    expect((await client("purgeTenant", { as, params, headers })).text).toBe(purged.text);
    expect((await client("getTenant", { as, params })).body.id).toBe(again.body.id);
    expect((await client("purgeTenant", { as, params })).problem.code).toBe("tenant_not_deleted");
  });

  it("is found page by page", async () => {
    const { client, server } = test;
    for (const slug of ["page-1", "page-2", "page-3"]) await makeTenant(server, slug);
    const query = { q: "page-", limit: 2 };
    const first = await client("listTenants", { as, query });
    const cursor = first.body.next_cursor ?? "";
    const second = await client("listTenants", { as, query: { ...query, cursor } });
    const slugs = [...first.body.items, ...second.body.items].map(({ slug }) => slug);
    expect(slugs).toEqual(["page-1", "page-2", "page-3"]);
    expect(second.body.has_more).toBe(false);
  });

  it("is refused where it cannot be, with the field that is at fault", async () => {
    const { client } = test;
    const placement = await client("createTenant", {
      as,
      body: { name: "X", placement: "cloud" as never },
    });
    expect([placement.status, placement.problem.errors[0]?.pointer]).toEqual([400, "/placement"]);
    const taken = await client("createTenant", { as, body: { name: "X", slug: "default" } });
    expect([taken.status, taken.problem.code]).toEqual([409, "tenant_slug_taken"]);
    const fixed = await client("deleteTenant", { as, params: { tenant_id: "default" } });
    expect([fixed.status, fixed.problem.code]).toEqual([409, "tenant_fixed"]);
  });
});

/** A tenant with somebody in it who may read an organization there. */
async function inhabit(server: TestServer, slug: string) {
  const client = createClient(server.address);
  const tenant = await makeTenant(server, slug);
  const person = await register(client, slug);
  const organization = await found(server, person, {}, tenant);
  const question = {
    user_id: person.id,
    organization_id: organization.id,
    permission: "organization:read",
  };
  return { tenant, person, question };
}

/** What a person of the tenant gets at every way in: who they are, a check by each route, a list, log-in, refresh, registration. */
async function waysIn(
  server: TestServer,
  { tenant, person, question }: Awaited<ReturnType<typeof inhabit>>,
) {
  const client = createClient(server.address);
  const headers = { "tenantry-tenant": tenant.slug };
  const body = { email: person.email, password };
  const { token } = person;
  const answers = [
    await client("getMe", { as: token }),
    await client("check", { as: token, body: question }),
    await client("check", { as: token, body: { ...question, consistency: "strong" } }),
    await client("checkBatch", { as: token, body: { checks: [question] } }),
    await client("listOrganizations", { as: token, headers }),
    await client("createOrganization", { as: token, body: { name: "More" } }),
    await client("login", { headers, body }),
    await client("refresh", { headers, body: { refresh_token: person.refreshToken } }),
    await client("register", { headers, body: { ...body, name: "X", email: "x@example.com" } }),
  ];
  return answers.map(({ status, problem }) => `${status} ${problem?.code ?? ""}`.trim());
}

describe("a tenant that is suspended", () => {
  it("lets nobody in, by any way, and denies every check, while the operator sees it", async () => {
    const { client, server } = test;
    const inhabited = await inhabit(server, "suspended");
    const { question, person } = inhabited;
    const params = { tenant_id: "suspended" };
    const check = () => client("check", { as: person.token, body: question });
    // Twice, so that credential and access are known to memory and the quickest way is asked.
    expect([(await check()).status, (await check()).body.allowed]).toEqual([200, true]);
    await client("setTenantStatus", { as, params, body: { status: "suspended" } });
    expect(await waysIn(server, inhabited)).toEqual(Array(9).fill("403 tenant_suspended"));
    const headers = { "tenantry-tenant": "suspended" };
    const asked = await client("check", { as, headers, body: question });
    expect(asked.body).toMatchObject({ allowed: false, roles: [] });
    expect((await client("listUsers", { as, headers })).body.items).toHaveLength(1);
    await client("setTenantStatus", { as, params, body: { status: "active" } });
    expect((await check()).body.allowed).toBe(true);
    const refreshed = { refresh_token: person.refreshToken };
    expect((await client("refresh", { headers, body: refreshed })).status).toBe(200);
  });

  it("tells nobody of it who does not know the password", async () => {
    const { client, server } = test;
    const { person } = await inhabit(server, "silent");
    const params = { tenant_id: "silent" };
    await client("setTenantStatus", { as, params, body: { status: "suspended" } });
    const body = { email: person.email, password: "a wrong password" };
    const { problem } = await client("login", { body, headers: { "tenantry-tenant": "silent" } });
    expect(problem.code).toBe("invalid_credentials");
  });

  it("is closed at another server as well, a moment later", async () => {
    const { client, server } = test;
    const second = await startTestServer({ directory: server.directory });
    const there = createClient(second.address);
    const { person, question } = await inhabit(server, "elsewhere-suspended");
    const status = async () => (await there("check", { as: person.token, body: question })).status;
    expect([await status(), await status()]).toEqual([200, 200]);
    const params = { tenant_id: "elsewhere-suspended" };
    await client("setTenantStatus", { as, params, body: { status: "suspended" } });
    await expect.poll(status).toBe(403);
    await second.close();
  });
});

describe("a tenant that is deleted", () => {
  it("is to its people as if it never was", async () => {
    const { client, server } = test;
    const inhabited = await inhabit(server, "deleted");
    await client("deleteTenant", { as, params: { tenant_id: "deleted" } });
    const [me, check, strong, batch, ...rest] = await waysIn(server, inhabited);
    expect([me, check, strong, batch]).toEqual(Array(4).fill("401 session_revoked"));
    expect(rest).toEqual([
      "401 session_revoked",
      "401 session_revoked",
      ...Array(3).fill("404 tenant_not_found"),
    ]);
  });
});
