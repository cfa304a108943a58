import { describe, expect, it } from "vitest";
import { makeTenant } from "../make-tenant.ts";
import { found, join, register } from "../people.ts";
import { withServer } from "../with-server.ts";

const test = withServer();

describe("403", () => {
  it("names the permission that is missing", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const viewer = await register(client);
    const { id } = await found(server, owner);
    await join(server, id, viewer, "viewer");
    const params = { organization_id: id };
    const body = { type: "project", external_id: "x" };
    const { problem } = await client("registerResource", { params, as: viewer.token, body });
    expect(problem).toMatchObject({
      code: "permission_denied",
      data: { permission: "resource:write" },
    });
  });
});

describe("404", () => {
  it("is the same for an id that never was, one of another tenant and one that is not the caller's", async () => {
    const { client, server } = test;
    const tenant = await makeTenant(server, "other");
    const owner = await register(client);
    const foreigner = await register(client, "other");
    const stranger = await register(client);
    const ids = [
      (await found(server, owner)).id,
      (await found(server, foreigner, {}, tenant)).id,
      "org_01h455vb4pex5vsknk084sn02q",
      "org_fake",
      "8b0d1f9e-3a7b-4a51-9d53-0b8f6a7c2e11",
      "../users",
      "a".repeat(2000),
      "\u0000",
    ];
    for (const id of ids) {
      const params = { organization_id: id };
      const { status, problem } = await client("getOrganization", { params, as: stranger.token });
      expect([status, problem.detail, problem.code]).toEqual([
        404,
        "There is no such organization, or you may not see it",
        "organization_not_found",
      ]);
    }
  });

  it("is the answer to every path that is none of ours, with or without a token", async () => {
    for (const path of [
      "/",
      "/api/v1",
      "/api/v2/organizations",
      "/docs/assets/../../package.json",
      "/errors/nope",
    ]) {
      const response = await fetch(`${test.server.address}${path}`);
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.json()).toMatchObject({ code: "route_not_found", status: 404 });
    }
  });

  it("is the answer to a tenant that does not exist, for whoever names it", async () => {
    const { client } = test;
    const person = await register(client);
    const headers = { "tenantry-tenant": "nowhere" };
    for (const as of [person.token, "operator"]) {
      const { status, problem } = await client("listPlans", { as, headers });
      expect([status, problem.code]).toEqual([404, "tenant_not_found"]);
    }
    const body = { email: "x@example.com", password: "long enough", name: "X" };
    expect((await client("register", { body, headers })).status).toBe(404);
  });
});
