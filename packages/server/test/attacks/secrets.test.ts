import { readFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { operationIds } from "@tenantry/contract";
import { describe, expect, it } from "vitest";
import { createAttackClient } from "../denials.ts";
import { openMatrixFixture } from "../matrix/matrix-fixture.ts";
import { matrixRequests } from "../matrix/matrix-requests.ts";
import { relations } from "../matrix/relations.ts";
import { found } from "../people.ts";
import { operatorKey, startTestServer } from "../test-server.ts";

const canary = "canary-Zx81-of-the-tests";

describe("secrets (63)", () => {
  it("are in no log line, no event, no answer and no file, wherever they were sent", async () => {
    const server = await startTestServer();
    const client = createAttackClient(server);
    const email = "canary@example.com";
    const registered = await client("register", { body: { email, password: canary, name: "C" } });
    const { access_token, refresh_token } = registered.body;
    const { id } = await found(server, {
      id: registered.body.user.id,
      email,
      token: "",
      refreshToken: "",
    });
    await client("login", { body: { email, password: `wrong ${canary}` } });
    await client("login", { body: { email, password: canary }, query: { password: canary } });
    await client("refresh", { body: { refresh_token: `${refresh_token}${canary}` } });
    await client("getMe", { as: `${access_token}${canary}` });
    await client("getMe", { headers: { authorization: `Basic ${canary}` } });
    await client("register", { body: `{"email":"${email}","password":"${canary}",}` });
    await client("register", { body: { email, password: canary, name: "C", token: canary } });
    await client("getOrganization", { params: { organization_id: id }, as: access_token });
    await client("listPlans", { as: "operator" });
    const body = { refresh_token };
    const refreshed = await client("refresh", { body });
    await client("logout", { body: { refresh_token: refreshed.body.refresh_token } });
    const events = await client("listEvents", { params: { organization_id: id }, as: "operator" });
    await server.close();

    const files = ["t.db", "t.db-wal"]
      .map((name) => read(joinPath(server.directory, name)))
      .join("");
    const secrets = [
      canary,
      operatorKey,
      access_token,
      refresh_token,
      refreshed.body.refresh_token,
    ];
    for (const secret of secrets) {
      expect(server.log().includes(secret)).toBe(false);
      expect(events.text.includes(secret)).toBe(false);
      expect(files.includes(secret)).toBe(false);
    }
    expect(server.log()).toContain('"operation":"login"');
    await server.stop();
  });
});

describe("what is private (14)", () => {
  it("is in no answer to anybody but administrators, whatever they ask", {
    timeout: 120_000,
  }, async () => {
    const fixture = await openMatrixFixture();
    const { organizationId, people } = fixture;
    const client = createAttackClient(fixture.server);
    const body = { private_metadata: { note: canary } };
    await client("updateOrganization", {
      params: { organization_id: organizationId },
      as: "operator",
      body,
    });
    for (const person of [people.member, people.owner]) {
      await client("updateUser", { params: { user_id: person.id }, as: "operator", body });
    }
    for (const relation of relations) {
      const isAbove = relation === "administrator" || relation === "operator";
      for (const id of operationIds) {
        if (["logout", "refresh", "register", "purgeOrganization"].includes(id)) continue;
        const request = await matrixRequests[id](fixture);
        const answer = await client(id, {
          ...request,
          as: fixture.tokenOf(relation),
          query: { ...request.query, ...(isMutation(id) && { dry_run: true }) },
        });
        expect([relation, id, answer.text.includes("$argon2")]).toEqual([relation, id, false]);
        if (!isAbove)
          expect([relation, id, answer.text.includes(canary)]).toEqual([relation, id, false]);
      }
    }
    const seen = await client("getOrganization", {
      params: { organization_id: organizationId },
      as: "operator",
    });
    expect(seen.body.private_metadata).toEqual({ note: canary });
    await fixture.server.stop();
  });
});

function isMutation(id: (typeof operationIds)[number]): boolean {
  return !["getMe", "login", "check", "checkBatch"].includes(id) && !/^(get|list)/.test(id);
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
