import { type Operation, type OperationId, operationIds, operations } from "@tenantry/contract";
import { addMember, deleteTenant, grantTenantAdministrator, type Tenant } from "@tenantry/core";
import { beforeAll, describe, expect, it } from "vitest";
import { makeTenant } from "../make-tenant.ts";
import { matrixRequests } from "../matrix/matrix-requests.ts";
import { found, type Person, register } from "../people.ts";
import { withAttackedServer } from "./with-attacked-server.ts";

const test = withAttackedServer();

interface Side {
  readonly tenant: Tenant;
  readonly administrator: Person;
  readonly owner: Person;
  readonly member: Person;
}
let ours: Side;
let theirs: Side;

async function makeSide(slug: string): Promise<Side> {
  const { client, server } = test;
  const tenant = await makeTenant(server, slug);
  const administrator = await register(client, slug);
  const ctx = server.tenantry.context({ tenantId: tenant.id });
  await grantTenantAdministrator(ctx, administrator.id);
  const owner = await register(client, slug);
  const { id } = await found(server, owner, {}, tenant);
  const member = await register(client, slug);
  await addMember(ctx, id, { user_id: member.id });
  return { tenant, administrator, owner, member };
}

beforeAll(async () => {
  ours = await makeSide("ours");
  theirs = await makeSide("theirs");
  await makeTenant(test.server, "gone");
  await deleteTenant(test.server.tenantry.context(), "gone");
});

/** Every tenant's row: two that are equal say that nothing has changed. */
async function tenantRows(): Promise<string[]> {
  const { tenants } = test.server.tenantry.engine.storage.committed;
  return (await tenants.all()).map((tenant) => JSON.stringify(tenant));
}

const changing = operationIds.filter((id) => {
  const operation: Operation = operations[id];
  return operation.tag === "Tenants" && operation.effect === "mutation";
});

async function bodyOf(id: OperationId): Promise<unknown> {
  return (await matrixRequests[id]({} as never)).body;
}

describe("a credential of a tenant (9)", () => {
  it.each(changing)("%s: changes neither its own tenant nor another's", async (id) => {
    const before = await tenantRows();
    const body = await bodyOf(id);
    for (const { token } of [ours.administrator, ours.owner]) {
      for (const { tenant } of [ours, theirs]) {
        for (const tenant_id of [tenant.id, tenant.slug, "default", "gone", "ten_never"]) {
          for (const named of [undefined, "ours", "theirs", "default"]) {
            const { status } = await test.client(id, {
              as: token,
              params: { tenant_id },
              ...(named !== undefined && { headers: { "tenantry-tenant": named } }),
              ...(body !== undefined && { body }),
            });
            expect([tenant_id, named, [403, 404].includes(status)]).toEqual([
              tenant_id,
              named,
              true,
            ]);
          }
        }
      }
    }
    expect(await tenantRows()).toEqual(before);
  });

  it("sees its own tenant, and of others not whether they are there", async () => {
    const as = ours.administrator.token;
    const ask = (tenant_id: string) => test.client("getTenant", { as, params: { tenant_id } });
    expect((await ask(ours.tenant.id)).body).toEqual(
      (await test.client("getTenant", { as: "operator", params: { tenant_id: "ours" } })).body,
    );
    const unknown = [];
    for (const id of [theirs.tenant.id, "theirs", "gone", "default", "ten_never", "%00", "../x"]) {
      const { status, problem } = await ask(id);
      unknown.push([status, problem.code, problem.detail]);
    }
    expect(new Set(unknown.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(unknown[0]?.slice(0, 2)).toEqual([404, "tenant_not_found"]);
  });
});

describe("a tenant's catalogues (1)", () => {
  it("are nobody else's: neither role nor plan is found, held or chosen across", async () => {
    const { client } = test;
    const as = ours.administrator.token;
    const there = theirs.administrator.token;
    const role = { key: "secret_role", name: "Secret", rank: 5, permissions: ["resource:read"] };
    const plan = { key: "secret_plan", name: "Secret", seats: 5 };
    expect((await client("createRole", { as: there, body: role })).status).toBe(201);
    expect((await client("createPlan", { as: there, body: plan })).status).toBe(201);
    const roleParams = { role_key: "secret_role" };
    const planParams = { plan_key: "secret_plan" };
    const [organization] = (await client("listOrganizations", { as })).body.items;
    const params = { organization_id: organization?.id ?? "", user_id: ours.member.id };
    const held = { role: "secret_role" };
    const chosen = { plan_tier: "secret_plan" };
    const answers = {
      getRole: await client("getRole", { as, params: roleParams }),
      updateRole: await client("updateRole", { as, params: roleParams, body: { name: "Mine" } }),
      deleteRole: await client("deleteRole", { as, params: roleParams }),
      getPlan: await client("getPlan", { as, params: planParams }),
      updatePlan: await client("updatePlan", { as, params: planParams, body: { name: "Mine" } }),
      deletePlan: await client("deletePlan", { as, params: planParams }),
      updateMember: await client("updateMember", { as, params, body: held }),
      createTeam: await client("createTeam", {
        as,
        params,
        body: { name: "T", roles: ["secret_role"] },
      }),
      setOrganizationPlan: await client("setOrganizationPlan", { as, params, body: chosen }),
      updateOrganization: await client("updateOrganization", { as, params, body: chosen }),
      createOrganization: await client("createOrganization", {
        as,
        body: { name: "New", ...chosen },
      }),
    };
    const codes = Object.values(answers).map(({ problem }) => problem.code);
    expect(codes).toEqual([
      ...Array(3).fill("role_not_found"),
      ...Array(3).fill("plan_not_found"),
      ...Array(2).fill("unknown_role"),
      ...Array(3).fill("unknown_plan"),
    ]);
    const lists = [await client("listRoles", { as }), await client("listPlans", { as })];
    expect(lists.map(({ text }) => text).join()).not.toContain("secret_");
    expect((await client("getRole", { as: there, params: roleParams })).body.name).toBe("Secret");
    expect((await client("getPlan", { as: there, params: planParams })).body.name).toBe("Secret");
  });
});

describe("a tenant that is named and is not there (8)", () => {
  const names = ["nowhere", "", "gone", "DEFAULT", "default,ours", "default%20", "ten_", "*", "\t"];
  const open = operationIds.filter((id) => {
    const { permission, tag }: Operation = operations[id];
    return permission === "anonymous" && tag !== "Operational";
  });

  it.each(open)("%s: is never the default tenant, with a key or without", async (id) => {
    const body = operations[id].method === "GET" ? undefined : { refresh_token: "trt_x_y" };
    const whole =
      id === "register" || id === "login" ? { email: "a@example.com", password: "x" } : body;
    for (const name of names) {
      for (const as of [undefined, "operator"]) {
        const { status } = await test.client(id, {
          headers: { "tenantry-tenant": name },
          as,
          ...(whole !== undefined && { body: whole }),
        });
        expect([name, as, status]).toEqual([name, as, 404]);
      }
    }
  });
});
