import { connect } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { found, join, type Person, register } from "./people.ts";
import { withServer } from "./with-server.ts";

const test = withServer();

let owner: Person;
let member: Person;
let viewerOfMembers: Person;
let stranger: Person;
let organizationId: string;

beforeAll(async () => {
  const { client, server } = test;
  [owner, member, viewerOfMembers, stranger] = [
    await register(client),
    await register(client),
    await register(client),
    await register(client),
  ];
  organizationId = (await found(server, owner)).id;
  await join(server, organizationId, member, "developer");
  await join(server, organizationId, viewerOfMembers, "viewer");
});

describe("the fast way and the full one", () => {
  it("answer alike, to every caller, about everybody, for every permission", async () => {
    const { client } = test;
    const users = [owner, member, viewerOfMembers, stranger].map(({ id }) => id);
    const permissions = ["member:read", "resource:write", "member:add", "app:custom", "*"];
    for (const as of [owner.token, member.token, stranger.token, "operator"]) {
      for (const user_id of [...users, "user_nobody"]) {
        for (const organization_id of [organizationId, "org_nowhere"]) {
          for (const permission of permissions) {
            const body = { user_id, organization_id, permission };
            const fast = await client("check", { as, body });
            // A demand for a revision is none of the usual bodies, so it goes the full way.
            const full = await client("check", { as, body: { ...body, minimum_revision: 0 } });
            const batch = await client("checkBatch", { as, body: { checks: [body] } });
            expect([body, fast.status]).toEqual([body, full.status]);
            expect(batch.status).toBe(fast.status);
            if (fast.status !== 200) {
              expect(fast.problem.code).toBe(full.problem.code);
              continue;
            }
            expect(fast.text).toBe(full.text);
            expect(batch.body.results).toEqual([fast.body]);
          }
        }
      }
    }
  });

  it("echo a request id and a trace alike", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const body = { user_id: owner.id, organization_id: organizationId, permission: "member:add" };
    for (const extra of [{}, { consistency: "strong" }]) {
      const { headers } = await test.client("check", {
        as: owner.token,
        body: { ...body, ...extra },
        headers: { "x-request-id": "check-1", traceparent },
      });
      expect([headers.get("x-request-id"), headers.get("traceparent")]).toEqual([
        "check-1",
        traceparent,
      ]);
    }
  });

  it("refuse alike: bodies, queries, tenants and tokens", async () => {
    const { client } = test;
    const body = { user_id: owner.id, organization_id: organizationId, permission: "member:add" };
    const as = owner.token;
    expect((await client("check", { as, body })).status).toBe(200);
    expect((await client("check", { as, body: { ...body, extra: 1 } })).status).toBe(400);
    expect((await client("check", { as, body: { ...body, permission: "" } })).status).toBe(400);
    expect((await client("check", { as, body, query: { x: "1" } })).status).toBe(400);
    expect(
      (await client("check", { as, body, headers: { "tenantry-tenant": "nowhere" } })).status,
    ).toBe(404);
    expect(
      (await client("check", { as, body, headers: { "tenantry-tenant": "default" } })).status,
    ).toBe(200);
    expect((await client("check", { as, body: "{" })).status).toBe(400);
    for (const field of Object.keys(body)) {
      for (const text of ["x\\u0000", "x\\ud800"]) {
        const unstorable = JSON.stringify({ ...body, [field]: "TEXT" }).replace("TEXT", text);
        const { problem } = await client("check", { as, body: unstorable });
        expect(problem.errors.map(({ pointer }) => pointer)).toEqual([`/${field}`]);
      }
    }
    for (const [name, status] of [
      ["newest", 400],
      ["strong", 200],
    ] as const) {
      const headers = { "tenantry-consistency": name };
      expect((await client("check", { as, body, headers })).status).toBe(status);
    }
    expect((await client("check", { body: "{" })).status).toBe(401);
    expect((await client("check", { as: `${as}x`, body })).status).toBe(401);
  });
});

describe("who may ask", () => {
  it("is everybody about themselves, whoever sees the members about others, and nobody else", async () => {
    const { client } = test;
    const about = (user_id: string) => ({
      user_id,
      organization_id: organizationId,
      permission: "member:read",
    });
    const status = async (as: string, user_id: string) =>
      (await client("check", { as, body: about(user_id) })).status;
    expect(await status(stranger.token, stranger.id)).toBe(200);
    expect(await status(stranger.token, owner.id)).toBe(404);
    expect(await status(viewerOfMembers.token, owner.id)).toBe(200);
    expect(await status("operator", owner.id)).toBe(200);
  });

  it("gets no answer for a batch in which one question is not theirs to ask", async () => {
    const question = { organization_id: organizationId, permission: "member:read" };
    const checks = [
      { ...question, user_id: stranger.id },
      { ...question, user_id: owner.id },
    ];
    const { status } = await test.client("checkBatch", { as: stranger.token, body: { checks } });
    expect(status).toBe(404);
  });
});

describe("freshness", () => {
  it("can be demanded by a revision that the caller holds", async () => {
    const { client } = test;
    const params = { organization_id: organizationId, user_id: member.id };
    await client("updateMember", { params, as: owner.token, body: { role: "viewer" } });
    const { body: organization } = await client("getOrganization", { params, as: owner.token });
    const body = {
      user_id: member.id,
      organization_id: organizationId,
      permission: "resource:write",
      minimum_revision: organization.revision,
    };
    const answer = await client("check", { as: "operator", body });
    expect(answer.body.allowed).toBe(false);
    expect(answer.body.revision).toBeGreaterThanOrEqual(organization.revision);
  });
});

/** What comes back for bytes that are sent as they are, once so many answers are there. */
async function exchange(parts: readonly string[], answers: number): Promise<string> {
  const socket = connect(Number(new URL(test.server.address).port), "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  for (const part of parts) await new Promise((sent) => socket.write(part, sent));
  await expect.poll(() => text.split("HTTP/1.1 ").length - 1).toBe(answers);
  socket.destroy();
  return text;
}

describe("a check as it comes over the wire", () => {
  const request = (permission: string) => {
    const body = JSON.stringify({
      user_id: member.id,
      organization_id: organizationId,
      permission,
    });
    const head = [
      "POST /api/v1/check HTTP/1.1",
      "host: localhost",
      "content-type: application/json",
      `authorization: Bearer ${member.token}`,
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return { head: `${head.join("\r\n")}\r\n\r\n`, body };
  };

  it("is answered without the framework, which would name the request, once memory knows the caller", async () => {
    const { head, body } = request("member:read");
    await exchange([head + body], 1);
    const text = await exchange([head + body], 1);
    expect(text).toContain('"allowed":true');
    expect(text).not.toMatch(/^x-request-id:/im);
  });

  it("is answered by the framework where its body comes later", async () => {
    const { head, body } = request("member:read");
    const text = await exchange([head, body.slice(0, 9), body.slice(9)], 1);
    expect(text).toContain('"allowed":true');
  });

  it("is answered in its turn, where several come at once on one connection", async () => {
    const permissions = ["member:read", "no:such", "member:read", "", "no:such"];
    const requests = permissions.map(request);
    const text = await exchange([requests.map(({ head, body }) => head + body).join("")], 5);
    const told = [...text.matchAll(/"allowed":(true|false)|"code":"(\w+)"/g)];
    expect(told.map(([, allowed, code]) => allowed ?? code)).toEqual([
      "true",
      "false",
      "true",
      "invalid_input",
      "false",
    ]);
  });
});
