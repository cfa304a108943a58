import { describe, expect, it } from "vitest";
import type { Answered } from "../http-client.ts";
import { found, join, password, register } from "../people.ts";
import { withServer } from "../with-server.ts";

const test = withServer();

describe("organizations", () => {
  it("lives from creation over change, suspension, deletion and restoration to its purge", async () => {
    const { client } = test;
    const owner = await register(client);
    const created = await client("createOrganization", { as: owner.token, body: { name: "Acme" } });
    const params = { organization_id: created.body.id };
    expect(created.headers.get("location")).toBe(`/api/v1/organizations/${created.body.id}`);
    expect(created.body).toMatchObject({ name: "Acme", slug: "acme", status: "active" });
    const seen = await client("getOrganization", { params, as: owner.token });
    expect(seen.body.stats).toMatchObject({ member_count: 1, project_count: 0 });

    const changed = await client("updateOrganization", {
      params,
      as: owner.token,
      method: "PUT",
      body: { domain: "acme.example", billing_address: { city: "Rome" } },
    });
    expect(changed.body).toMatchObject({ name: "Acme", domain: "acme.example" });
    const cleared = await client("updateOrganization", {
      params,
      as: owner.token,
      body: { domain: null },
    });
    expect(cleared.body).toMatchObject({ domain: null, billing_address: { city: "Rome" } });

    await client("setOrganizationStatus", {
      params,
      as: "operator",
      body: { status: "suspended" },
    });
    await client("deleteOrganization", { params, as: "operator" });
    expect((await client("getOrganization", { params, as: owner.token })).status).toBe(404);
    const query = { status: "deleted" };
    const deleted = await client("listOrganizations", { as: "operator", query });
    expect(deleted.body.items.map(({ id }) => id)).toContain(created.body.id);
    await client("restoreOrganization", { params, as: "operator" });
    expect((await client("getOrganization", { params, as: owner.token })).body.slug).toBe("acme");
    await client("deleteOrganization", { params, as: owner.token });
    expect((await client("purgeOrganization", { params, as: "operator" })).status).toBe(204);
    expect((await client("getOrganization", { params, as: "operator" })).status).toBe(404);
  });

  it("shows each caller their own, and the operator everybody's", async () => {
    const { client, server } = test;
    const ann = await register(client);
    const bob = await register(client);
    const ours = await found(server, ann);
    const theirs = await found(server, bob);
    const ids = async (as: string) =>
      (await client("listOrganizations", { as, query: { limit: 200 } })).body.items.map(
        ({ id }) => id,
      );
    expect(await ids(ann.token)).toEqual([ours.id]);
    expect(await ids(bob.token)).toEqual([theirs.id]);
    expect(await ids("operator")).toEqual(expect.arrayContaining([ours.id, theirs.id]));
  });
});

describe("members", () => {
  it("are added, read, changed, listed by role and removed", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const user = await register(client);
    const { id } = await found(server, owner);
    const as = owner.token;
    const added = await client("addMember", {
      params: { organization_id: id },
      as,
      body: { user_id: user.id, role: "readonly" },
    });
    expect(added.body).toMatchObject({ role: "viewer", roles: ["viewer"], status: "active" });
    expect(added.headers.get("location")).toBe(`/api/v1/organizations/${id}/members/${user.id}`);
    const params = { organization_id: id, user_id: user.id };
    const body = { roles: ["developer", "billing_admin"] };
    const changed = await client("updateMember", { params, as, body });
    expect(changed.body).toMatchObject({
      role: "developer",
      roles: ["developer", "billing_admin"],
    });
    const query = { role: "billing_admin", total: true };
    const listed = await client("listMembers", { params, as, query });
    expect(listed.body).toMatchObject({ total: 1, has_more: false, next_cursor: null });
    expect(listed.body.items[0]?.user).toMatchObject({ id: user.id, email: user.email });
    expect((await client("removeMember", { params, as })).status).toBe(204);
    expect((await client("getMember", { params, as })).status).toBe(404);
  });

  it("accept their own invitation, twice if they like, and count only then", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const user = await register(client);
    const { id } = await found(server, owner);
    await join(server, id, user, "member", "invited");
    const params = { organization_id: id, user_id: user.id };
    const count = async () =>
      (await client("getOrganization", { params, as: owner.token })).body.stats.member_count;
    expect(await count()).toBe(1);
    const first = await client("acceptMembership", { params, as: user.token });
    const second = await client("acceptMembership", { params, as: user.token });
    expect(first.body.status).toBe("active");
    expect(second.body).toEqual({ ...first.body, last_active_at: second.body.last_active_at });
    expect(await count()).toBe(2);
  });
});

describe("lists", () => {
  it("page by cursor to the end without a gap or a repetition, with a Link to the next page", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const params = { organization_id: id };
    for (let n = 0; n < 6; n += 1) await join(server, id, await register(client));
    const seen: string[] = [];
    let link: string | null = `/api/v1/organizations/${id}/members?limit=3&total=true`;
    for (let pages = 0; link !== null && pages < 5; pages += 1) {
      const query: Record<string, string> = Object.fromEntries(
        new URL(link, "http://x").searchParams,
      );
      const page: Answered<"listMembers"> = await client("listMembers", {
        params,
        query,
        as: owner.token,
      });
      seen.push(...page.body.items.map(({ user_id }) => user_id));
      expect(page.body.total).toBe(7);
      link = /^<(.+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1] ?? null;
      expect(link !== null).toBe(page.body.has_more);
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  it("page through what is kept whole, too: roles, plans, events", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const params = { organization_id: id };
    const first = await client("listOrganizationRoles", {
      params,
      as: owner.token,
      query: { limit: 4 },
    });
    const cursor = first.body.next_cursor ?? "";
    const rest = await client("listOrganizationRoles", {
      params,
      as: owner.token,
      query: { cursor, total: true },
    });
    const ranks = [...first.body.items, ...rest.body.items].map(({ rank }) => rank);
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
    expect(ranks).toHaveLength(rest.body.total ?? 0);
    const skipped = await client("listPlans", { as: owner.token, query: { skip: 1, limit: 1 } });
    expect(skipped.body).toMatchObject({ has_more: true });
    expect(skipped.body.items).toHaveLength(1);
    const events = await client("listEvents", { params, as: owner.token, query: { limit: 1 } });
    expect(events.headers.get("link")).toContain("cursor=1");
    const next = await client("listEvents", { params, as: owner.token, query: { cursor: "1" } });
    expect(next.body.items.map(({ sequence }) => sequence)).toEqual([2]);
  });
});

describe("a list that is kept whole", () => {
  it("goes on after the item with which a page ended, also when that is deleted meanwhile", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const as = owner.token;
    const params = { organization_id: id };
    for (const key of ["one", "two", "three"]) {
      await client("createOrganizationRole", {
        params,
        as,
        body: { key, name: key, rank: 50, permissions: [] },
      });
      await client("createPlan", { as: "operator", body: { key, name: key, seats: 1 } });
    }
    const lists = [
      {
        read: (query: object) =>
          client("listOrganizationRoles", { params, as, query: { ...query } }),
        remove: (key: string) =>
          client("deleteOrganizationRole", { params: { ...params, role_key: key }, as }),
      },
      {
        read: (query: object) => client("listPlans", { as: "operator", query: { ...query } }),
        remove: (key: string) =>
          client("deletePlan", { params: { plan_key: key }, as: "operator" }),
      },
    ];
    for (const { read, remove } of lists) {
      const all = (await read({})).body.items.map(({ key }) => key);
      const until = all.indexOf("three") + 1;
      const first = await read({ limit: until });
      expect((await remove("three")).status).toBe(204);
      const rest = await read({ cursor: first.body.next_cursor });
      expect(rest.body.items.map(({ key }) => key)).toEqual(all.slice(until));
    }
  });
});

describe("sessions", () => {
  it("begin by registration or log-in, go on by refresh and end by log-out", async () => {
    const { client } = test;
    const person = await register(client);
    const login = await client("login", { body: { email: person.email.toUpperCase(), password } });
    expect(login.body).toMatchObject({ token_type: "bearer", expires_in: 1800 });
    const body = { refresh_token: login.body.refresh_token };
    const refreshed = await client("refresh", { body });
    const as = refreshed.body.access_token;
    expect((await client("getMe", { as })).body).toMatchObject({
      id: person.id,
      is_tenant_administrator: false,
    });
    await client("logout", { body: { refresh_token: refreshed.body.refresh_token } });
    expect((await client("getMe", { as })).problem.code).toBe("session_revoked");
    expect((await client("getMe", { as: person.token })).status).toBe(200);
  });
});

describe("the organization manager's two calls", () => {
  it("create by name and give all of a user's organizations, as its document has them", async () => {
    const { client } = test;
    const ann = await register(client);
    const query = { name: "TechCorp" };
    const created = await client("createOrganizationByName", { as: ann.token, query });
    expect(Object.keys(created.body)).toEqual(["org_id"]);
    const { body } = await client("getOrganizationsOfUser", {
      as: ann.token,
      params: { user_id: ann.id },
    });
    expect(body.organizations).toMatchObject([
      { id: created.body.org_id, name: "TechCorp", role: "owner" },
    ]);
  });
});

describe("registered resources", () => {
  it("feed the statistics and leave them", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const params = { organization_id: id };
    const as = owner.token;
    const stats = async () => (await client("getOrganization", { params, as })).body.stats;
    for (const type of ["project", "model", "experiment", "deployment", "notebook"]) {
      await client("registerResource", { params, as, body: { type, external_id: "a/b c" } });
    }
    expect(await stats()).toMatchObject({
      project_count: 1,
      model_count: 1,
      experiment_count: 1,
      deployment_count: 1,
    });
    const place = { ...params, type: "model", external_id: "a/b c" };
    await client("removeResource", { params: place, as });
    expect((await stats()).model_count).toBe(0);
  });
});

describe("every answer", () => {
  it("takes a path with a slash at its end for the same path", async () => {
    const response = await fetch(`${test.server.address}/health/`);
    expect(response.status).toBe(200);
  });

  it("has HEAD wherever it has GET, and says to OPTIONS what there is", async () => {
    const head = await fetch(`${test.server.address}/health`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const options = await fetch(`${test.server.address}/api/v1/organizations`, {
      method: "OPTIONS",
    });
    expect([options.status, options.headers.get("allow")]).toEqual([
      204,
      "POST, GET, HEAD, OPTIONS",
    ]);
  });

  it("keeps a well-formed request id and trace, makes an id of its own for any other", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headers = { "x-request-id": "order-7", traceparent };
    const kept = await test.client("getHealth", { headers });
    expect(kept.headers.get("x-request-id")).toBe("order-7");
    expect(kept.headers.get("traceparent")).toBe(traceparent);
    for (const id of ["a b", "x".repeat(200), "<script>"]) {
      const made = await test.client("getHealth", { headers: { "x-request-id": id } });
      expect(made.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
