import { type Operation, operationIds, operations } from "@tenantry/contract";
import { createRole, defaultRoles } from "@tenantry/core";
import { beforeAll, describe, expect, it } from "vitest";
import { neededQuery } from "../http-client.ts";
import { found, join, type Person, register } from "../people.ts";
import { rowsOf } from "../rows.ts";
import { withAttackedServer } from "./with-attacked-server.ts";

/** Attack cases 16 to 19: nobody comes by more than they hold, by any path. */
const test = withAttackedServer();
const roleKeys = defaultRoles.map(({ key }) => key);

let organizationId: string;
let owner: Person;
const people = new Map<string, Person>();

beforeAll(async () => {
  const { client, server } = test;
  owner = await register(client);
  organizationId = (await found(server, owner)).id;
  const ctx = server.tenantry.context({ actor: { type: "operator", id: "test" } });
  const mayAdd = [
    "organization:read",
    "member:read",
    "member:add",
    "member:update",
    "member:remove",
    "team:write",
    "team:read",
    "role:write",
    "role:read",
  ];
  const role = { key: "recruiter", name: "Recruiter", rank: 50, permissions: mayAdd };
  await createRole(ctx, organizationId, role);
  for (const key of [...roleKeys, "recruiter"]) {
    const person = key === "owner" ? owner : await register(client);
    people.set(key, person);
    if (key !== "owner") await join(server, organizationId, person, key);
  }
});

function tokenOf(key: string): string {
  return people.get(key)?.token ?? "";
}

async function expectUnchanged(work: () => Promise<void>): Promise<void> {
  const { engine } = test.server.tenantry;
  const before = await rowsOf(engine, organizationId);
  await work();
  expect(await rowsOf(engine, organizationId)).toEqual(before);
}

describe("a role above one's own", () => {
  it.each([...roleKeys.filter((key) => key !== "owner"), "recruiter"])(
    "%s cannot give it to themselves (16)",
    async (key) => {
      await expectUnchanged(async () => {
        for (const body of [{ role: "owner" }, { roles: ["owner"] }, { roles: [key, "owner"] }]) {
          const params = { organization_id: organizationId, user_id: people.get(key)?.id ?? "" };
          const { status } = await test.client("updateMember", { params, as: tokenOf(key), body });
          expect(status).toBe(403);
        }
      });
    },
  );

  it.each(["admin", "manager", "recruiter"])(
    "%s cannot give it to others, by any path (17)",
    async (key) => {
      const { client } = test;
      const free = await register(client);
      const as = tokenOf(key);
      const params = { organization_id: organizationId, user_id: people.get("viewer")?.id ?? "" };
      const higher = key === "admin" ? ["owner", "billing_admin"] : ["owner", "admin"];
      await expectUnchanged(async () => {
        for (const role of higher) {
          const attempts = [
            await client("addMember", { params, as, body: { user_id: free.id, role } }),
            await client("addMember", {
              params,
              as,
              body: { user_id: free.id, role, status: "invited" },
            }),
            await client("updateMember", { params, as, body: { role } }),
            await client("createTeam", {
              params,
              as,
              body: { name: `Ladder ${role}`, roles: [role] },
            }),
            await client("createOrganizationRole", {
              params,
              as,
              body: { key: "ladder", name: "Ladder", rank: 1, permissions: ["*"] },
            }),
            await client("createOrganizationRole", {
              params,
              as,
              body: { key: "ladder", name: "Ladder", rank: 99, permissions: [] },
            }),
          ];
          expect(attempts.map(({ status }) => status)).toEqual(Array(6).fill(403));
        }
      });
    },
  );

  it("names the permission that could not be granted", async () => {
    const params = { organization_id: organizationId, user_id: people.get("viewer")?.id ?? "" };
    const body = { role: "billing_admin" };
    const { problem } = await test.client("updateMember", { params, as: tokenOf("admin"), body });
    expect(problem).toMatchObject({ code: "cannot_grant", data: { permission: "billing:write" } });
  });
});

describe("those above (18)", () => {
  it.each(["admin", "recruiter", "manager", "member"])(
    "%s cannot demote, suspend or remove the owner",
    async (key) => {
      const params = { organization_id: organizationId, user_id: owner.id };
      await expectUnchanged(async () => {
        const as = tokenOf(key);
        for (const body of [{ role: "viewer" }, { status: "suspended" }]) {
          expect((await test.client("updateMember", { params, as, body })).status).toBe(403);
        }
        expect((await test.client("removeMember", { params, as })).status).toBe(403);
      });
    },
  );

  it("are safe from members with the right to remove, too", async () => {
    const params = { organization_id: organizationId, user_id: people.get("admin")?.id ?? "" };
    for (const key of ["recruiter", "manager", "member"]) {
      expect((await test.client("removeMember", { params, as: tokenOf(key) })).status).toBe(403);
    }
  });
});

describe("fields that are not theirs to set (19)", () => {
  const smuggled = [
    "is_admin",
    "orgId",
    "organization_id",
    "emailVerified",
    "email_verified",
    "seats",
    "platformAdmin",
    "seat_count",
    "revision",
    "status2",
    "deleted_at",
    "lago_customer_id",
  ];
  const withBody = operationIds.filter((id) => (operations[id] as Operation).body !== undefined);

  it.each(withBody)("%s refuses every one of them by name", async (id) => {
    const schema = (operations[id] as Operation).body;
    const known = Object.keys((schema as { shape?: object }).shape ?? {});
    const params = {
      organization_id: organizationId,
      tenant_id: "default",
      user_id: owner.id,
      team_id: "t",
      role_key: "r",
      plan_key: "p",
    };
    for (const name of smuggled.filter((field) => !known.includes(field))) {
      const { status, problem } = await test.client(id, {
        params,
        query: neededQuery(id),
        as: owner.token,
        body: { [name]: 1 },
      });
      expect([name, status]).toEqual([name, 400]);
      expect(problem.errors.some(({ pointer }) => pointer === `/${name}`)).toBe(true);
    }
  });

  it("a user changes their name and nothing that others decide", async () => {
    const { client } = test;
    const user = await register(client);
    const request = { params: { user_id: user.id }, as: user.token };
    expect((await client("updateUser", { ...request, body: { name: "New" } })).status).toBe(200);
    const bodies = [
      { email: "other@example.com" },
      { status: "deactivated" },
      { external_id: "x" },
      { username: "root" },
      { private_metadata: {} },
      { metadata: { plan: "enterprise" } },
    ];
    for (const body of bodies) {
      expect((await client("updateUser", { ...request, body })).status).toBe(403);
    }
  });

  it("an owner chooses a plan and sets neither status nor billing", async () => {
    const { client } = test;
    const params = { organization_id: organizationId };
    const as = owner.token;
    expect(
      (await client("setOrganizationStatus", { params, as, body: { status: "active" } })).status,
    ).toBe(403);
    const body = { stripe_customer_id: "cus_1" };
    expect((await client("setOrganizationBilling", { params, as, body })).status).toBe(403);
    expect(
      (await client("updateOrganization", { params, as, body: { private_metadata: {} } })).status,
    ).toBe(403);
  });
});
