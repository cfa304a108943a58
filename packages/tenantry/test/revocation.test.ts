import {
  addMember,
  addTeamMember,
  type CheckResult,
  type Context,
  check,
  createOrganization,
  createRole,
  createTeam,
  createTenant,
  createUser,
  deleteOrganization,
  deleteTeam,
  deleteTenant,
  removeMember,
  removeTeamMember,
  setStatus,
  setTenantStatus,
  updateMember,
  updateRole,
  updateTeam,
  updateUser,
} from "@tenantry/core";
import { openTenantry, type Tenantry } from "tenantry";
import { expect, onTestFinished, test } from "vitest";
import { makeTestDatabase } from "./test-database.ts";

/** Where the permission may come from. */
interface At {
  readonly ctx: Context;
  readonly id: string;
  readonly userId: string;
  readonly outerTeamId: string;
  readonly innerTeamId: string;
}

const permissions = ["report:read"];
const role = { name: "Reporter", rank: 1, permissions };

/** How a member comes by it, directly but for teams, and how it is taken from them. */
const ways: Readonly<Record<string, readonly [role: string, take: (at: At) => Promise<unknown>]>> =
  {
    "removed from the organization": [
      "own",
      ({ ctx, id, userId }) => removeMember(ctx, id, userId),
    ],
    "suspended there": [
      "own",
      ({ ctx, id, userId }) => updateMember(ctx, id, userId, { status: "suspended" }),
    ],
    "given another role": [
      "own",
      ({ ctx, id, userId }) => updateMember(ctx, id, userId, { role: "viewer" }),
    ],
    "holding a role of the organization's that lost it": [
      "own",
      ({ ctx, id }) => updateRole(ctx, id, "own", { permissions: [] }),
    ],
    "holding a role of the tenant's that lost it": [
      "shared",
      ({ ctx }) => updateRole(ctx, null, "shared", { permissions: [] }),
    ],
    "taken out of the team that gave it": [
      "team",
      ({ ctx, id, innerTeamId, userId }) => removeTeamMember(ctx, id, innerTeamId, userId),
    ],
    "in a team around which it was taken away": [
      "team",
      ({ ctx, id, outerTeamId }) => updateTeam(ctx, id, outerTeamId, { roles: [] }),
    ],
    "in a team that was moved out of the one that gave it": [
      "team",
      ({ ctx, id, innerTeamId }) => updateTeam(ctx, id, innerTeamId, { parent_team_id: null }),
    ],
    "in a team that was deleted": [
      "team",
      ({ ctx, id, innerTeamId }) => deleteTeam(ctx, id, innerTeamId),
    ],
    deactivated: ["own", ({ ctx, userId }) => updateUser(ctx, userId, { status: "deactivated" })],
    "in an organization that was suspended": [
      "own",
      ({ ctx, id }) => setStatus(ctx, id, { status: "suspended" }),
    ],
    "in an organization that was deleted": ["own", ({ ctx, id }) => deleteOrganization(ctx, id)],
    "in a tenant that was suspended": [
      "own",
      ({ ctx }) => setTenantStatus(ctx, ctx.tenantId, { status: "suspended" }),
    ],
    "in a tenant that was deleted": ["own", ({ ctx }) => deleteTenant(ctx, ctx.tenantId)],
  };

async function furnish(ctx: Context, held: string): Promise<At> {
  const { id } = await createOrganization(ctx, { name: "Acme" });
  await createRole(ctx, id, { ...role, key: "own" });
  await createRole(ctx, null, { ...role, key: "shared" });
  const { id: userId } = await createUser(ctx, { name: "Ann" });
  await addMember(ctx, id, { user_id: userId, role: held === "team" ? "viewer" : held });
  const outer = await createTeam(ctx, id, { name: "Outer", roles: ["own"] });
  const inner = await createTeam(ctx, id, { name: "Inner", parent_team_id: outer.id });
  if (held === "team") await addTeamMember(ctx, id, inner.id, { user_id: userId });
  return { ctx, id, userId, outerTeamId: outer.id, innerTeamId: inner.id };
}

async function open(databaseUrl: string): Promise<Tenantry> {
  const tenantry = await openTenantry({ databaseUrl });
  onTestFinished(() => tenantry.close());
  return tenantry;
}

/** One database opened twice, and in it somebody who may read reports. */
async function openTwice(held: string) {
  const { url } = await makeTestDatabase();
  const [here, elsewhere] = [await open(url), await open(url)];
  const { id: tenantId } = await createTenant(here.context(), { name: "Tenant" });
  const at = await furnish(here.context({ tenantId }), held);
  const question = { user_id: at.userId, organization_id: at.id, permission: "report:read" };
  return { here, elsewhere, tenantId, at, question };
}

test.each(Object.entries(ways))(
  "refuses who is %s: at once where it was done, and elsewhere when that is demanded or heard",
  async (_, [held, take]) => {
    const { here, elsewhere, tenantId, at, question } = await openTwice(held);
    const ask = async (tenantry: Tenantry, fresh = {}): Promise<boolean> => {
      const answer: CheckResult = await check(tenantry.context({ tenantId }), {
        ...question,
        ...fresh,
      });
      return answer.allowed;
    };
    const strong = { consistency: "strong" } as const;
    expect([await ask(here), await ask(elsewhere, strong), await ask(elsewhere)]).toEqual([
      true,
      true,
      true,
    ]);
    await take(at);
    expect(await ask(here)).toBe(false);
    await expect.poll(() => ask(elsewhere), { interval: 1, timeout: 1000 }).toBe(false);
    expect(await ask(elsewhere, strong)).toBe(false);
  },
);

test.each(Object.entries(ways))(
  "refuses who is %s at the next demand of freshness, before anything was heard",
  async (_, [held, take]) => {
    const { elsewhere, tenantId, at, question } = await openTwice(held);
    const ask = async () =>
      await check(elsewhere.context({ tenantId }), { ...question, consistency: "strong" });
    expect((await ask()).allowed).toBe(true);
    await take(at);
    expect((await ask()).allowed).toBe(false);
  },
);
