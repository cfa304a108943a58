import { createPlan } from "@tenantry/core";
import { describe, expect, it } from "vitest";
import { found, join, register } from "../people.ts";
import { withAttackedServer } from "./with-attacked-server.ts";

const test = withAttackedServer();

/** A plan with so many seats. */
async function planOf(seats: number): Promise<string> {
  const ctx = test.server.tenantry.context({ actor: { type: "operator", id: "test" } });
  return (await createPlan(ctx, { key: `seats_${seats}`, name: `Seats ${seats}`, seats })).key;
}

describe("the last seat (28)", () => {
  it("goes to exactly one of fifty who are added and invited at once", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const plan_tier = await planOf(2);
    const { id } = await found(server, owner, { plan_tier });
    const params = { organization_id: id };
    const users = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        client("createUser", { as: "operator", body: { name: `Racer ${n}` } }),
      ),
    );
    const answers = await Promise.all(
      users.map(({ body }, n) => {
        const status = n % 2 === 0 ? "active" : "invited";
        const as = n % 3 === 0 ? "operator" : owner.token;
        return client("addMember", { params, as, body: { user_id: body.id, status } });
      }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(({ problem }) => problem.code))).toEqual(
      new Set(["seat_limit_reached"]),
    );
    const { body } = await client("listMembers", {
      params,
      as: owner.token,
      query: { total: true },
    });
    expect(body.total).toBe(2);
    const events = await client("listEvents", { params, as: owner.token });
    expect(events.body.items.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it("is not had by a plan that is too small for who is there", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    await join(server, id, await register(client));
    const params = { organization_id: id };
    const body = { plan_tier: await planOf(1) };
    const { problem } = await client("setOrganizationPlan", { params, as: owner.token, body });
    expect(problem).toMatchObject({ code: "seat_limit_reached", data: { seats: 1, taken: 2 } });
  });
});

describe("the last owner (29)", () => {
  it("remains when two owners end each other and themselves by every path at once", async () => {
    const { client, server } = test;
    for (let round = 0; round < 5; round += 1) {
      const [ann, bob] = [await register(client), await register(client)];
      const { id } = await found(server, ann);
      await join(server, id, bob, "owner");
      const at = (userId: string) => ({ organization_id: id, user_id: userId });
      await Promise.all([
        client("removeMember", { params: at(ann.id), as: ann.token }),
        client("removeMember", { params: at(bob.id), as: bob.token }),
        client("removeMember", { params: at(bob.id), as: ann.token }),
        client("updateMember", { params: at(ann.id), as: bob.token, body: { role: "viewer" } }),
        client("updateMember", {
          params: at(bob.id),
          as: "operator",
          body: { status: "suspended" },
        }),
        client("updateUser", {
          params: { user_id: ann.id },
          as: "operator",
          body: { status: "deactivated" },
        }),
        client("updateUser", {
          params: { user_id: bob.id },
          as: "operator",
          body: { status: "deactivated" },
        }),
      ]);
      const query = { role: "owner", status: "active" };
      const { body } = await client("listMembers", {
        params: { organization_id: id },
        as: "operator",
        query,
      });
      expect(body.items).toHaveLength(1);
      const user = await client("getUser", {
        params: { user_id: body.items[0]?.user_id ?? "" },
        as: "operator",
      });
      expect(user.body.status).toBe("active");
    }
  });
});

describe("a page", () => {
  it("shows each earlier member exactly once while others are added", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const params = { organization_id: id };
    const add = async () => {
      const { body } = await client("createUser", { as: "operator", body: {} });
      await client("addMember", { params, as: owner.token, body: { user_id: body.id } });
      return body.id;
    };
    const earlier = new Set([owner.id, ...(await Promise.all(Array.from({ length: 30 }, add)))]);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query: Record<string, string | number> = {
        limit: 7,
        ...(cursor !== undefined && { cursor }),
      };
      const [page] = await Promise.all([
        client("listMembers", { params, as: owner.token, query }),
        add(),
      ]);
      seen.push(...page.body.items.map(({ user_id }) => user_id));
      cursor = page.body.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.filter((userId) => earlier.has(userId)).sort()).toEqual([...earlier].sort());
    expect(new Set(seen).size).toBe(seen.length);
  });
});
