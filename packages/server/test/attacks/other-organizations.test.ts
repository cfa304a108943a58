import {
  type Operation,
  type OperationId,
  operationIds,
  operations,
  parameterNames,
} from "@tenantry/contract";
import {
  addTeamMember,
  createRole,
  createTeam,
  type Organization,
  registerResource,
  type Team,
} from "@tenantry/core";
import { beforeAll, describe, expect, it } from "vitest";
import { makeTenant } from "../make-tenant.ts";
import { matrixRequests } from "../matrix/matrix-requests.ts";
import { found, join, type Person, register } from "../people.ts";
import { rowsOf } from "../rows.ts";
import { withAttackedServer } from "./with-attacked-server.ts";

/**
 * Attack cases 1, 2, 5, 8, 13 and 21, generated: every operation of the contract that an organization's path names, with ids of another
 * organization in every place, by the owner of the one and about the other.
 */
const test = withAttackedServer();

interface Side {
  readonly owner: Person;
  readonly member: Person;
  readonly organization: Organization;
  readonly team: Team;
  readonly ids: Readonly<Record<string, string>>;
}

let ours: Side;
let theirs: Side;

async function makeSide(name: string): Promise<Side> {
  const { client, server } = test;
  const owner = await register(client);
  const member = await register(client);
  const organization = await found(server, owner);
  await join(server, organization.id, member);
  const ctx = server.tenantry.context({ actor: { type: "operator", id: "test" } });
  const team = await createTeam(ctx, organization.id, { name });
  await addTeamMember(ctx, organization.id, team.id, { user_id: member.id });
  const role = { key: `role_${name}`, name, rank: 1, permissions: ["report:read"] };
  await createRole(ctx, organization.id, role);
  await registerResource(ctx, organization.id, { type: "project", external_id: name });
  const ids = {
    organization_id: organization.id,
    user_id: member.id,
    team_id: team.id,
    role_key: role.key,
    type: "project",
    external_id: name,
  };
  return { owner, member, organization, team, ids };
}

beforeAll(async () => {
  ours = await makeSide("ours");
  theirs = await makeSide("theirs");
  await makeTenant(test.server, "other");
});

const inOrganization = operationIds.filter((id) =>
  operations[id].path.includes("{organization_id}"),
);
const withInnerIds = inOrganization.filter((id) => innerNames(id).length > 0);

function innerNames(id: OperationId): string[] {
  return parameterNames(operations[id].path).filter(
    (name) => name !== "organization_id" && name !== "type",
  );
}

/** A body that would do for whoever may: the matrix has one for each operation. */
async function bodyOf(id: OperationId): Promise<unknown> {
  const fixture = {
    organizationId: theirs.organization.id,
    deletedOrganizationId: theirs.organization.id,
    teamId: theirs.team.id,
    roleKey: theirs.ids.role_key,
    resourceId: "theirs",
    free: ours.member,
    people: { member: theirs.member, viewer: theirs.member, invited: theirs.member },
  };
  return (await matrixRequests[id](fixture as never)).body;
}

async function expectRefusal(
  id: OperationId,
  params: Record<string, string>,
  as: string,
): Promise<void> {
  const before = await rowsOf(test.server.tenantry.engine, theirs.organization.id);
  const body = await bodyOf(id);
  const { status } = await test.client(id, { params, as, ...(body !== undefined && { body }) });
  expect(status).toBe(404);
  expect(await rowsOf(test.server.tenantry.engine, theirs.organization.id)).toEqual(before);
}

describe("the owner of one organization", () => {
  it.each(inOrganization)(
    "%s: finds nothing on another's path, whosever ids are inside",
    async (id) => {
      const others = { ...theirs.ids };
      const mixed = { ...ours.ids, organization_id: theirs.organization.id };
      for (const params of [others, mixed]) await expectRefusal(id, params, ours.owner.token);
    },
  );

  it.each(withInnerIds)("%s: finds no id of another's on their own path", async (id) => {
    for (const name of innerNames(id)) {
      const params = { ...ours.ids, [name]: theirs.ids[name] ?? "" };
      // Only the invited person accepts, so to everybody else the operation is closed before any id is looked at.
      if (id === "acceptMembership") continue;
      // A user of the other organization is nobody in this team.
      await expectRefusal(id, params, ours.owner.token);
    }
  });
});

describe("an id that no record has, however strange", () => {
  const strange = ["constructor", "__proto__", "toString", "a\0", "\u{1f600}", "%", "*", "'--"];
  const withIds = operationIds.filter(
    (id) => parameterNames(operations[id].path).length > 0 && id !== "acceptMembership",
  );

  it.each(withIds)("%s: finds nothing by it", async (id) => {
    const body = await bodyOf(id);
    const known: Record<string, string> = { ...ours.ids, tenant_id: "other", plan_key: "starter" };
    for (const name of parameterNames(operations[id].path)) {
      for (const value of strange) {
        const params = { ...known, [name]: value };
        const request = { params, as: "operator", ...(body !== undefined && { body }) };
        const { status } = await test.client(id, request);
        expect([name, value, status]).toEqual([name, value, 404]);
      }
    }
  });

  it.each(["constructor", "valueof"])(
    "%s is a role that there is not, until there is",
    async (key) => {
      const params = ours.ids;
      const as = ours.owner.token;
      const body = { role: key };
      const before = await test.client("updateMember", { params, as, body });
      expect(before.problem.code).toBe("unknown_role");
      const role = { key, name: key, rank: 1, permissions: [] };
      expect((await test.client("createOrganizationRole", { params, as, body: role })).status).toBe(
        201,
      );
      const query = { role: key };
      expect((await test.client("listMembers", { params, as, query })).body.items).toEqual([]);
    },
  );
});

describe("a second place that names an organization or a tenant (2, 5, 13)", () => {
  it.each(inOrganization)("%s: is refused in the query and in the body", async (id) => {
    const operation: Operation = operations[id];
    const own = (await bodyOf(id)) as object | undefined;
    for (const name of [
      "organization_id",
      "org_id",
      "tenant",
      "expand",
      "fields",
      "filter",
      "include",
    ]) {
      const query = { [name]: theirs.organization.id };
      const asked = await test.client(id, {
        params: ours.ids,
        as: ours.owner.token,
        query,
        ...(own !== undefined && { body: own }),
      });
      expect([name, asked.status]).toEqual([name, 400]);
      if (operation.body === undefined) continue;
      const body = { ...own, [name]: theirs.organization.id };
      const told = await test.client(id, { params: ours.ids, as: ours.owner.token, body });
      expect([name, told.status]).toEqual([name, 400]);
      expect(told.problem.errors.some(({ pointer }) => pointer === `/${name}`)).toBe(true);
    }
  });

  it.each(inOrganization)(
    "%s: is not found where the header names a tenant that is not the token's",
    async (id) => {
      for (const tenant of ["other", "nowhere", ""]) {
        const headers = { "tenantry-tenant": tenant };
        const { status } = await test.client(id, {
          params: ours.ids,
          as: ours.owner.token,
          headers,
        });
        expect([tenant, status]).toEqual([tenant, 404]);
      }
    },
  );

  it("is not found where a body names another tenant", async () => {
    const { client } = test;
    const tenant_id = "ten_01h455vb4pex5vsknk084sn02q";
    const as = ours.owner.token;
    const params = ours.ids;
    const answers = [
      await client("createOrganization", { as, body: { name: "Smuggled", tenant_id } }),
      await client("updateOrganization", { as, params, body: { tenant_id } }),
      await client("addMember", { as, params, body: { user_id: theirs.member.id, tenant_id } }),
      await client("createUser", { as: "operator", body: { name: "Smuggled", tenant_id } }),
    ];
    expect(answers.map(({ problem }) => problem.code)).toEqual(Array(4).fill("tenant_not_found"));
  });
});

describe("an unknown tenant without a key (8)", () => {
  it.each(operationIds)("%s: is never the default tenant", async (id) => {
    const operation: Operation = operations[id];
    if (operation.tag === "Operational") return;
    const body = await bodyOf(id).catch(() => ({}));
    const { status } = await test.client(id, {
      params: { ...theirs.ids, plan_key: "starter", tenant_id: "default" },
      headers: { "tenantry-tenant": "nowhere" },
      ...(operation.body !== undefined && { body: body ?? {} }),
    });
    expect([401, 404]).toContain(status);
  });
});

describe("a permission in one organization (21)", () => {
  it("is worth nothing in its sibling, even under the same role's name", async () => {
    const { client, server } = test;
    const ctx = server.tenantry.context({ actor: { type: "operator", id: "test" } });
    const user = await register(client);
    for (const [side, permissions] of [
      [ours, ["secret:read"]],
      [theirs, ["public:read"]],
    ] as const) {
      const role = { key: "reader", name: "Reader", rank: 1, permissions: [...permissions] };
      await createRole(ctx, side.organization.id, role);
      await join(server, side.organization.id, user, "reader");
    }
    const allowed = async (side: Side, permission: string) => {
      const body = { user_id: user.id, organization_id: side.organization.id, permission };
      return (await client("check", { as: user.token, body })).body.allowed;
    };
    expect(await allowed(ours, "secret:read")).toBe(true);
    expect(await allowed(ours, "public:read")).toBe(false);
    expect(await allowed(theirs, "secret:read")).toBe(false);
    expect(await allowed(theirs, "public:read")).toBe(true);
  });
});

describe("an id that exists (4)", () => {
  it("is not taken over by creating it again", async () => {
    const { client } = test;
    const before = await client("getUser", {
      params: { user_id: theirs.member.id },
      as: "operator",
    });
    const body = { id: theirs.member.id, name: "Thief", email: "thief@example.com" };
    const { problem } = await client("createUser", { as: "operator", body });
    expect(problem.code).toBe("id_taken");
    const after = await client("getUser", {
      params: { user_id: theirs.member.id },
      as: "operator",
    });
    expect(after.text).toBe(before.text);
  });

  it("in another tenant is another user, and leaves the first alone", async () => {
    const { client } = test;
    const headers = { "tenantry-tenant": "other" };
    const params = { user_id: theirs.member.id };
    const body = { id: theirs.member.id, name: "Namesake" };
    expect((await client("createUser", { as: "operator", body, headers })).status).toBe(201);
    const { body: first } = await client("getUser", { params, as: "operator" });
    expect(first.name).toBe("Person");
    const { body: second } = await client("getUser", { params, as: "operator", headers });
    expect(second.name).toBe("Namesake");
  });
});
