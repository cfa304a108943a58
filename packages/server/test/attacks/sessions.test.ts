import { describe, expect, it } from "vitest";
import { createAttackClient } from "../denials.ts";
import { makeTenant } from "../make-tenant.ts";
import { found, join, register } from "../people.ts";
import { startTestServer } from "../test-server.ts";
import { withAttackedServer } from "./with-attacked-server.ts";

const test = withAttackedServer();

describe("a refresh token (30)", () => {
  it("that fifty send at once has one live successor", async () => {
    const { client } = test;
    const person = await register(client);
    const body = { refresh_token: person.refreshToken };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => client("refresh", { body })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
    const next = { refresh_token: won[0]?.body.refresh_token };
    expect((await client("refresh", { body: next })).status).toBe(200);
  });

  it("that comes again later ends its whole family: access, refresh and session", async () => {
    const server = await startTestServer({ hasOwnClock: true });
    const client = createAttackClient(server);
    const person = await register(client);
    const stolen = { refresh_token: person.refreshToken };
    const first = await client("refresh", { body: stolen });
    server.clock.nowMs += 60_000;
    expect((await client("refresh", { body: stolen })).problem.code).toBe("session_revoked");
    for (const as of [person.token, first.body.access_token]) {
      expect((await client("getMe", { as })).problem.code).toBe("session_revoked");
    }
    const successor = { refresh_token: first.body.refresh_token };
    expect((await client("refresh", { body: successor })).status).toBe(401);
    await server.stop();
  });

  it("of one tenant is nothing in another", async () => {
    const { client, server } = test;
    await makeTenant(server, "elsewhere");
    const person = await register(client);
    const body = { refresh_token: person.refreshToken };
    const headers = { "tenantry-tenant": "elsewhere" };
    expect((await client("refresh", { body, headers })).status).toBe(401);
    expect((await client("refresh", { body })).status).toBe(200);
  });
});

describe("two servers on one database", () => {
  it("refuse whoever was removed or signed out at the other: at once where it is demanded, else a moment later", async () => {
    const first = await startTestServer();
    const second = await startTestServer({ directory: first.directory });
    const [one, two] = [createAttackClient(first), createAttackClient(second)];
    const owner = await register(one);
    const member = await register(one);
    const { id } = await found(first, owner);
    await join(first, id, member);
    const body = { user_id: member.id, organization_id: id, permission: "member:read" };
    const allowed = async () => (await two("check", { as: member.token, body })).body.allowed;
    expect([await allowed(), await allowed()]).toEqual([true, true]);
    const params = { organization_id: id, user_id: member.id };
    await one("removeMember", { params, as: owner.token });
    const fresh = { ...body, consistency: "strong" };
    expect((await two("check", { as: member.token, body: fresh })).body.allowed).toBe(false);
    expect(await allowed()).toBe(false);
    expect((await two("getMe", { as: member.token })).status).toBe(200);
    await one("logout", { body: { refresh_token: member.refreshToken } });
    await expect.poll(async () => (await two("getMe", { as: member.token })).status).toBe(401);
    expect((await two("check", { as: member.token, body })).status).toBe(401);
    await second.close();
    await first.stop();
  });

  it("issue tokens that the other verifies", async () => {
    const first = await startTestServer();
    const second = await startTestServer({ directory: first.directory });
    const person = await register(createAttackClient(first));
    const { body } = await createAttackClient(second)("getMe", { as: person.token });
    expect(body.id).toBe(person.id);
    await second.close();
    await first.stop();
  });
});

describe("revocation (34, 35)", () => {
  it("of a membership is seen by the very next request, checks and all", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const member = await register(client);
    const { id } = await found(server, owner);
    await join(server, id, member, "admin");
    const params = { organization_id: id, user_id: member.id };
    const body = { user_id: member.id, organization_id: id, permission: "member:read" };
    const allowed = async () => (await client("check", { as: member.token, body })).body.allowed;
    const read = async () => (await client("listMembers", { params, as: member.token })).status;
    expect([await allowed(), await allowed(), await read()]).toEqual([true, true, 200]);
    await client("removeMember", { params, as: owner.token });
    expect([await allowed(), await read()]).toEqual([false, 404]);
  });

  it("of a role and of an organization's standing is seen as fast", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const member = await register(client);
    const { id } = await found(server, owner);
    await join(server, id, member, "developer");
    const params = { organization_id: id, user_id: member.id };
    const body = { user_id: member.id, organization_id: id, permission: "resource:write" };
    const check = async () => (await client("check", { as: member.token, body })).body.allowed;
    expect(await check()).toBe(true);
    await client("updateMember", { params, as: owner.token, body: { role: "viewer" } });
    expect(await check()).toBe(false);
    await client("updateMember", { params, as: owner.token, body: { role: "developer" } });
    expect(await check()).toBe(true);
    await client("setOrganizationStatus", {
      params,
      as: "operator",
      body: { status: "suspended" },
    });
    expect(await check()).toBe(false);
  });

  it("outlives a restart and a clock that goes back", async () => {
    const first = await startTestServer({ hasOwnClock: true });
    const person = await register(createAttackClient(first));
    const kept = await register(createAttackClient(first));
    const body = { refresh_token: person.refreshToken };
    await createAttackClient(first)("logout", { body });
    await first.close();
    const second = await startTestServer({ directory: first.directory, hasOwnClock: true });
    const client = createAttackClient(second);
    for (const skewMs of [0, -3_600_000, -60_000]) {
      second.clock.nowMs = Date.now() + skewMs;
      expect((await client("getMe", { as: person.token })).status).toBe(401);
      expect((await client("refresh", { body })).status).toBe(401);
    }
    second.clock.nowMs = Date.now();
    expect((await client("getMe", { as: kept.token })).status).toBe(200);
    await second.stop();
  });
});
