import {
  type Operation,
  type OperationId,
  operationIds,
  operations,
  problemSchema,
} from "@tenantry/contract";
import { describe, expect, it } from "vitest";
import { neededQuery } from "../http-client.ts";
import { found, register } from "../people.ts";
import { withServer } from "../with-server.ts";

const test = withServer();
const params = {
  organization_id: "org_x",
  tenant_id: "ten_x",
  user_id: "user_x",
  team_id: "team_x",
  role_key: "x",
  plan_key: "x",
  type: "x",
  external_id: "x",
};

function idsWhere(isMeant: (operation: Operation) => boolean): OperationId[] {
  return operationIds.filter((id) => isMeant(operations[id]));
}

const withBody = idsWhere(({ body }) => body !== undefined);
const withoutBody = idsWhere(({ body, method }) => body === undefined && method !== "GET");
const withPages = idsWhere(({ query }) => query?.shape.limit !== undefined);
const mutations = idsWhere(({ effect }) => effect === "mutation");

describe("bodies", () => {
  it.each(withBody)("%s names every unknown field", async (id) => {
    const body = { platformAdmin: true, emailVerified: true };
    const query = neededQuery(id);
    const { status, problem } = await test.client(id, { params, query, as: "operator", body });
    expect([status, problem.code]).toEqual([400, "invalid_input"]);
    const pointers = problem.errors.map(({ pointer }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(["/platformAdmin", "/emailVerified"]));
  });

  it.each(withBody)("%s refuses what is not JSON, and what is no object", async (id) => {
    const broken = await test.client(id, { params, as: "operator", body: '{"a":' });
    expect([broken.status, broken.problem.code]).toEqual([400, "malformed_body"]);
    for (const body of ["[]", '"text"', "7", "null", "[{}]"]) {
      const { status } = await test.client(id, { params, as: "operator", body });
      expect([body, status]).toEqual([body, 400]);
    }
  });

  it.each(withoutBody)("%s refuses a body, since it would not read it", async (id) => {
    const { status } = await test.client(id, { params, as: "operator", body: { role: "owner" } });
    expect(status).toBe(400);
  });

  it("refuses keys that reach for a prototype", async () => {
    for (const body of [
      '{"__proto__":{"name":"x"}}',
      '{"name":"x","constructor":{"prototype":{}}}',
    ]) {
      const { problem } = await test.client("createOrganization", { as: "operator", body });
      expect(problem.code).toBe("malformed_body");
    }
  });

  it("refuses text that no storage keeps, and nesting without end, and names the place", async () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const bodies = [
      ["/name", '{"name":"a\\u0000b"}'],
      ["/metadata/x", '{"name":"a","metadata":{"x":"\\ud800"}}'],
      ["/metadata", '{"name":"a","metadata":{"a\\u0000":1}}'],
      ["/metadata/x/0/0/0", `{"name":"a","metadata":{"x":${deep}}}`],
    ] as const;
    for (const [pointer, body] of bodies) {
      const { status, problem } = await test.client("createOrganization", { as: "operator", body });
      expect(status).toBe(400);
      expect(problem.errors[0]?.pointer.slice(0, pointer.length)).toBe(pointer);
    }
  });

  it("names every fault of a body, not the first alone", async () => {
    const body = { name: "", slug: "Not A Slug", domain: "nodot", billing_email: "no" };
    const { problem } = await test.client("createOrganization", { as: "operator", body });
    expect(problem.errors.map(({ pointer }) => pointer).sort()).toEqual([
      "/billing_email",
      "/domain",
      "/name",
      "/slug",
    ]);
  });
});

describe("a role that there is not", () => {
  it("is named where the body has it", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const user = await register(client);
    const at = { organization_id: id, user_id: owner.id };
    const as = owner.token;
    const roles = ["owner", "captain"];
    const answers = [
      await client("addMember", { params: at, as, body: { user_id: user.id, role: "captain" } }),
      await client("addMember", { params: at, as, body: { user_id: user.id, roles } }),
      await client("updateMember", { params: at, as, body: { role: "captain" } }),
      await client("updateMember", { params: at, as, body: { roles } }),
      await client("createTeam", { params: at, as, body: { name: "Deck", roles } }),
    ];
    expect(answers.map(({ problem }) => [problem.code, problem.errors[0]?.pointer])).toEqual([
      ["unknown_role", "/role"],
      ["unknown_role", "/roles/1"],
      ["unknown_role", "/role"],
      ["unknown_role", "/roles/1"],
      ["unknown_role", "/roles/1"],
    ]);
  });
});

describe("queries", () => {
  it.each(operationIds)("%s names an unknown field", async (id) => {
    const query = { organization: "x" };
    const { status, problem } = await test.client(id, {
      params,
      as: "operator",
      query,
      ...bodyOf(id),
    });
    expect(status).toBe(400);
    expect(problem.errors.some(({ pointer }) => pointer === "/organization")).toBe(true);
  });

  it.each(withPages)("%s says what a limit is", async (id) => {
    for (const limit of ["0", "201", "-1", "1.5", "many", "1e2", ""]) {
      const { status, problem } = await test.client(id, {
        params,
        as: "operator",
        query: { limit },
      });
      expect([limit, status]).toEqual([limit, 400]);
      expect(problem.errors.map(({ pointer }) => pointer)).toEqual(["/limit"]);
    }
  });

  it("refuses a field that is given twice, and a cursor of another making", async () => {
    const url = `${test.server.address}/api/v1/plans?limit=1&limit=2`;
    const headers = { authorization: "Bearer operator-key-of-the-tests" };
    expect((await fetch(url, { headers })).status).toBe(400);
    const query = { cursor: "bm9uc2Vuc2U" };
    const { problem } = await test.client("listUsers", { as: "operator", query });
    expect(problem.code).toBe("invalid_cursor");
  });

  it.each(mutations)("%s knows dry_run as true or false, nothing else", async (id) => {
    const query = { dry_run: "maybe" };
    const { problem } = await test.client(id, { params, as: "operator", query, ...bodyOf(id) });
    expect(problem.errors.some(({ pointer }) => pointer === "/dry_run")).toBe(true);
  });
});

describe("headers", () => {
  it("wants a tag in If-Match", async () => {
    for (const tag of ["7", '"7', "W/7", '"7" "8"', '"1","2"']) {
      const { status, problem } = await test.client("deleteOrganization", {
        params,
        as: "operator",
        headers: { "if-match": tag },
      });
      expect([tag, status]).toEqual([tag, 400]);
      expect(problem.errors[0]?.pointer).toBe("/If-Match");
    }
  });

  it("refuses If-Match where it could not be honoured", async () => {
    const { status } = await test.client("createOrganization", {
      as: "operator",
      body: { name: "Tagged" },
      headers: { "if-match": '"1"' },
    });
    expect(status).toBe(400);
  });

  it("knows one word in Tenantry-Consistency", async () => {
    const { status, problem } = await test.client("listPlans", {
      as: "operator",
      headers: { "tenantry-consistency": "eventual" },
    });
    expect([status, problem.errors[0]?.pointer]).toEqual([400, "/Tenantry-Consistency"]);
  });

  it("wants visible characters in Idempotency-Key", async () => {
    for (const key of ["a b", 'a"b', "x".repeat(256), "caf\u00e9"]) {
      const { status } = await test.client("createOrganization", {
        as: "operator",
        body: { name: "Keyed" },
        headers: { "idempotency-key": key },
      });
      expect(status).toBe(400);
    }
  });

  it("refuses a path whose encoding is broken, and says that it is the path", async () => {
    const headers = { authorization: "Bearer operator-key-of-the-tests" };
    const response = await fetch(`${test.server.address}/api/v1/organizations/%zz`, { headers });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    const problem = problemSchema.parse(await response.json());
    expect(problem.errors.map(({ pointer }) => pointer)).toEqual(["/path"]);
  });
});

function bodyOf(id: OperationId): { body?: unknown } {
  const operation: Operation = operations[id];
  return operation.body === undefined ? {} : { body: {} };
}
