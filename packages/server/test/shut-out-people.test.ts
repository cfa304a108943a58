import { type Operation, type OperationId, operationIds, operations } from "@tenantry/contract";
import {
  addMember,
  type Context,
  createRole,
  createTeam,
  deleteOrganization,
  deleteTenant,
  grantTenantAdministrator,
  registerResource,
  restoreTenant,
  setTenantStatus,
  updateUser,
} from "@tenantry/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { routes } from "../src/routes.ts";
import { createClient } from "./http-client.ts";
import { makeTenant } from "./make-tenant.ts";
import type { MatrixFixture } from "./matrix/matrix-fixture.ts";
import { matrixRequests } from "./matrix/matrix-requests.ts";
import { found, register } from "./people.ts";
import { startTestServer } from "./test-server.ts";

/** What is answered to people who are shut out, each with the reason. */
const answered: readonly OperationId[] = [
  // That nothing is allowed (a test of the library).
  "check",
  "checkBatch",
];

/** What people do: everything but what is open to whoever shows nothing. */
const asked = operationIds.filter(
  (id) => operations[id].permission !== "anonymous" && !answered.includes(id),
);

let server: Awaited<ReturnType<typeof startTestServer>>;
let fixture: MatrixFixture;
/** As the library is called: nobody has looked at a session. */
let administrator: Context;

beforeAll(async () => {
  server = await startTestServer();
  const client = createClient(server.address);
  const tenant = await makeTenant(server, "other");
  const ctx = server.tenantry.context({ tenantId: tenant.id });
  const person = await register(client, "other");
  const organization = await found(server, person, {}, tenant);
  const deleted = await found(server, person, {}, tenant);
  await grantTenantAdministrator(ctx, person.id);
  const role = { key: "auditor", name: "Auditor", rank: 5, permissions: ["resource:read"] };
  await createRole(ctx, organization.id, role);
  await createRole(ctx, null, { ...role, key: "tenant_auditor" });
  // The only owner of an organization cannot be deactivated.
  const { id: user_id } = await register(client, "other");
  for (const { id } of [organization, deleted]) {
    await addMember(ctx, id, { user_id, role: "owner" });
  }
  await deleteOrganization(ctx, deleted.id);
  const team = await createTeam(ctx, organization.id, { name: "Team" });
  await registerResource(ctx, organization.id, { type: "project", external_id: "p1" });
  const actor = { type: "user", id: person.id, session_id: null } as const;
  administrator = { ...ctx, actor };
  fixture = {
    client,
    server,
    organizationId: organization.id,
    otherOrganizationId: organization.id,
    deletedOrganizationId: deleted.id,
    teamId: team.id,
    roleKey: role.key,
    resourceId: "p1",
    free: await register(client, "other"),
    people: { member: person, invited: person, viewer: person } as never,
    tokenOf: () => undefined,
  };
});
afterAll(() => server.stop());

/** The code of what is answered to the administrator; null for a success. Nothing is kept. */
async function answerTo(id: OperationId): Promise<string | null> {
  const { params = {}, query = {}, body } = await matrixRequests[id](fixture);
  const { effect, body: schema }: Operation = operations[id];
  const ctx = { ...administrator, dryRun: effect === "mutation" };
  const call = { server, ctx, params, query, body: schema?.parse(body ?? {}), address: "" };
  try {
    await (routes[id] as (call: unknown) => unknown)(call);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function answers(): Promise<Record<string, string | null>> {
  const all: Record<string, string | null> = {};
  for (const id of asked) all[id] = await answerTo(id);
  return all;
}

const each = (code: string) => Object.fromEntries(asked.map((id) => [id, code]));

it("answers people of a suspended or deleted tenant nothing, whatever they ask and however they come", async () => {
  const ctx = server.tenantry.context();
  const open = await answers();
  await setTenantStatus(ctx, "other", { status: "suspended" });
  expect(await answers()).toEqual(each("tenant_suspended"));
  await deleteTenant(ctx, "other");
  expect(await answers()).toEqual(each("tenant_not_found"));
  await restoreTenant(ctx, "other");
  expect(await answers()).toEqual(open);
});

it("changes nothing for people whose tenant was closed while they asked", async () => {
  const ctx = server.tenantry.context();
  const userId = fixture.people.member.id;
  const { admittedPeople } = server.tenantry.engine;
  const open = await answers();
  const mutations = asked.filter((id) => operations[id].effect === "mutation" && open[id] === null);
  expect(mutations.length).toBeGreaterThan(20);
  await setTenantStatus(ctx, "other", { status: "suspended" });
  for (const id of mutations) {
    // What a process remembers of a tenant that another one has just closed.
    admittedPeople.keep(administrator.tenantId, userId, admittedPeople.changeCount());
    expect([id, await answerTo(id)]).toEqual([id, "tenant_suspended"]);
  }
  await setTenantStatus(ctx, "other", { status: "active" });
});

it("answers somebody who is deactivated nothing, whatever they ask and however they come", async () => {
  const { tenantId, actor } = administrator;
  const ctx = server.tenantry.context({ tenantId });
  const { id } = actor as { id: string };
  const open = await answers();
  await updateUser(ctx, id, { status: "deactivated" });
  expect(await answers()).toEqual(each("user_deactivated"));
  await updateUser(ctx, id, { status: "active" });
  expect(await answers()).toEqual(open);
});

it("changes nothing for somebody who was deactivated while they asked", async () => {
  const { tenantId, actor } = administrator;
  const ctx = server.tenantry.context({ tenantId });
  const { admittedPeople } = server.tenantry.engine;
  const { id: userId } = actor as { id: string };
  const open = await answers();
  const mutations = asked.filter((id) => operations[id].effect === "mutation" && open[id] === null);
  await updateUser(ctx, userId, { status: "deactivated" });
  for (const id of mutations) {
    // What a process remembers of somebody whom another one has just deactivated.
    admittedPeople.keep(tenantId, userId, admittedPeople.changeCount());
    expect([id, await answerTo(id)]).not.toEqual([id, null]);
  }
  await updateUser(ctx, userId, { status: "active" });
});
