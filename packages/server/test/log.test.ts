import { describe, expect, it } from "vitest";
import { found, register } from "./people.ts";
import { withServer } from "./with-server.ts";

const test = withServer();

function lines(): Record<string, unknown>[] {
  return test.server
    .log()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function lineOf(requestId: string): Promise<Record<string, unknown>> {
  await expect.poll(() => lines().some((line) => line.request_id === requestId)).toBe(true);
  const found = lines().filter((line) => line.request_id === requestId);
  expect(found).toHaveLength(1);
  return found[0] ?? {};
}

describe("the log", () => {
  it("has one line a request: operation, tenant, organization, actor, status, duration, trace", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const headers = {
      "x-request-id": "log-1",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };
    const created = await client("createOrganization", {
      as: owner.token,
      headers,
      body: { name: "Logged" },
    });
    expect(await lineOf("log-1")).toMatchObject({
      operation: "createOrganization",
      tenant_id: server.tenantry.defaultTenant.id,
      organization_id: created.body.id,
      actor_type: "user",
      actor_id: owner.id,
      method: "POST",
      path: "/api/v1/organizations",
      status: 201,
      duration_ms: expect.any(Number),
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      msg: "request",
    });
  });

  it("has a refusal with its code, and no query", async () => {
    const { client } = test;
    const params = { organization_id: "org_x" };
    const headers = { "x-request-id": "log-2" };
    await client("listMembers", {
      params,
      as: "operator",
      headers,
      query: { q: "ann", x: "secret" },
    });
    const line = await lineOf("log-2");
    expect(line).toMatchObject({
      operation: "listMembers",
      organization_id: "org_x",
      code: "invalid_input",
    });
    expect(JSON.stringify(line)).not.toContain("secret");
  });

  it("has no line of a check, which metrics count", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const body = { user_id: owner.id, organization_id: id, permission: "member:add" };
    const count = async () =>
      Number(/^tenantry_checks_total (\d+)$/m.exec((await client("getMetrics")).text)?.[1]);
    const before = await count();
    for (const extra of [{}, { consistency: "strong" }, { wrong: 1 }]) {
      const headers = { "x-request-id": "log-check" };
      await client("check", { as: owner.token, headers, body: { ...body, ...extra } });
    }
    await client("checkBatch", { as: owner.token, body: { checks: [body, body] } });
    expect(await count()).toBe(before + 4);
    expect(server.log()).not.toContain("log-check");
  });

  it("has what failed on our side, and the caller has not", async () => {
    const { client, server } = test;
    const { engine } = server.tenantry;
    const { committed } = engine.storage;
    const secretCause = new Error("disk on fire at /var/lib/secret-place");
    const plans = {
      ...committed.plans,
      find: () => {
        throw secretCause;
      },
    };
    const original = committed.plans;
    Object.assign(committed, { plans });
    const answer = await client("getPlan", {
      params: { plan_key: "starter" },
      as: "operator",
      headers: { "x-request-id": "log-3" },
    });
    Object.assign(committed, { plans: original });
    expect([answer.status, answer.problem.code]).toEqual([500, "internal"]);
    expect(answer.text).not.toContain("fire");
    await expect.poll(() => server.log()).toContain("disk on fire");
  });
});

describe("metrics", () => {
  it("name operations and statuses, and nobody", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    await client("getOrganization", { params: { organization_id: id }, as: owner.token });
    const { text, headers } = await client("getMetrics");
    expect(headers.get("content-type")).toContain("text/plain");
    expect(text).toContain('tenantry_operation="getOrganization",http_response_status_code="200"');
    expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
    for (const secret of [id, owner.id, owner.email]) expect(text).not.toContain(secret);
  });
});
