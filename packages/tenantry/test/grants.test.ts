import {
  addMember,
  addTeamMember,
  createRole,
  createTeam,
  getMember,
  removeMember,
  type UpdateMemberInput,
  updateMember,
  updateRole,
  updateTeam,
} from "@tenantry/core";
import { beforeEach, describe, expect, test } from "vitest";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

async function setUp() {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const admin = await makeUser(tenantry, "Admin");
  const member = await makeUser(tenantry, "Member");
  await addMember(as(tenantry, owner), organization.id, { user_id: admin.id, role: "admin" });
  await addMember(as(tenantry, owner), organization.id, { user_id: member.id });
  return { tenantry, organization, owner, admin, member, id: organization.id };
}
let at: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  at = await setUp();
});

describe("an administrator grants nothing that they do not hold", () => {
  test("by adding an owner", async () => {
    const user = await makeUser(at.tenantry);
    await expect(
      addMember(as(at.tenantry, at.admin), at.id, { user_id: user.id, role: "owner" }),
    ).rejects.toMatchObject({ code: "cannot_grant", data: { permission: "*" } });
    await expect(getMember(at.tenantry.context(), at.id, user.id)).rejects.toMatchObject({
      code: "member_not_found",
    });
  });

  test("by adding a billing administrator: the answer names billing:write", async () => {
    const user = await makeUser(at.tenantry);
    await expect(
      addMember(as(at.tenantry, at.admin), at.id, {
        user_id: user.id,
        roles: ["member", "billing_admin"],
      }),
    ).rejects.toMatchObject({ code: "cannot_grant", data: { permission: "billing:write" } });
  });

  test.each<UpdateMemberInput>([
    { role: "owner" },
    { roles: ["admin", "owner"] },
    { role: "billing_admin" },
  ])("by changing a member to %j", async (input) => {
    await expect(
      updateMember(as(at.tenantry, at.admin), at.id, at.member.id, input),
    ).rejects.toMatchObject({ code: "cannot_grant" });
    await expect(
      updateMember(as(at.tenantry, at.admin), at.id, at.admin.id, input),
    ).rejects.toMatchObject({ code: "cannot_grant" });
  });

  test("by defining a role", async () => {
    await expect(
      createRole(as(at.tenantry, at.admin), at.id, {
        key: "biller",
        name: "Biller",
        rank: 20,
        permissions: ["billing:write"],
      }),
    ).rejects.toMatchObject({ code: "cannot_grant", data: { permission: "billing:write" } });
  });

  test("by widening a role that they or others hold", async () => {
    const role = { key: "helper", name: "Helper", rank: 30, permissions: ["member:read"] };
    await createRole(as(at.tenantry, at.admin), at.id, role);
    await expect(
      updateRole(as(at.tenantry, at.admin), at.id, "helper", { permissions: ["*"] }),
    ).rejects.toMatchObject({ code: "cannot_grant" });
  });

  test("by making a team that grants it, or moving a team into one that does", async () => {
    await expect(
      createTeam(as(at.tenantry, at.admin), at.id, { name: "Money", roles: ["billing_admin"] }),
    ).rejects.toMatchObject({ code: "cannot_grant" });
    const money = await createTeam(as(at.tenantry, at.owner), at.id, {
      name: "Money",
      roles: ["billing_admin"],
    });
    const own = await createTeam(as(at.tenantry, at.admin), at.id, { name: "Own" });
    await expect(
      updateTeam(as(at.tenantry, at.admin), at.id, own.id, { parent_team_id: money.id }),
    ).rejects.toMatchObject({ code: "cannot_grant" });
  });

  test("by joining a team that grants it, as its maintainer too", async () => {
    const money = await createTeam(as(at.tenantry, at.owner), at.id, {
      name: "Money",
      roles: ["billing_admin"],
    });
    const inner = await createTeam(as(at.tenantry, at.owner), at.id, {
      name: "Inner",
      parent_team_id: money.id,
    });
    for (const team of [money, inner]) {
      await expect(
        addTeamMember(as(at.tenantry, at.admin), at.id, team.id, { user_id: at.admin.id }),
      ).rejects.toMatchObject({ code: "cannot_grant", data: { permission: "billing:write" } });
    }
  });
});

describe("an administrator gives nobody a role that ranks above them, whatever it permits", () => {
  const outranked = { code: "outranked", data: { permission: "figurehead" } };

  beforeEach(async () => {
    const role = { key: "figurehead", name: "Figurehead", rank: 90, permissions: ["member:read"] };
    await createRole(at.tenantry.context(), null, role);
  });

  test("neither as a member's own, nor as their own, with which they would remove an owner", async () => {
    const admin = as(at.tenantry, at.admin);
    const user = await makeUser(at.tenantry);
    await expect(
      addMember(admin, at.id, { user_id: user.id, role: "figurehead" }),
    ).rejects.toMatchObject(outranked);
    for (const { id } of [at.member, at.admin]) {
      await expect(
        updateMember(admin, at.id, id, { roles: ["admin", "figurehead"] }),
      ).rejects.toMatchObject(outranked);
    }
  });

  test("nor through a team", async () => {
    const admin = as(at.tenantry, at.admin);
    await expect(
      createTeam(admin, at.id, { name: "Front", roles: ["figurehead"] }),
    ).rejects.toMatchObject(outranked);
    const front = await createTeam(as(at.tenantry, at.owner), at.id, {
      name: "Front",
      roles: ["figurehead"],
    });
    const own = await createTeam(admin, at.id, { name: "Own" });
    await expect(
      updateTeam(admin, at.id, own.id, { parent_team_id: front.id }),
    ).rejects.toMatchObject(outranked);
    await expect(updateTeam(admin, at.id, own.id, { roles: ["figurehead"] })).rejects.toMatchObject(
      outranked,
    );
    await expect(
      addTeamMember(admin, at.id, front.id, { user_id: at.admin.id }),
    ).rejects.toMatchObject(outranked);
  });

  test("while the owner of the same rank or a higher one does", async () => {
    await updateMember(as(at.tenantry, at.owner), at.id, at.member.id, { role: "figurehead" });
    expect((await getMember(at.tenantry.context(), at.id, at.member.id)).role).toBe("figurehead");
  });
});

describe("nobody touches a member who ranks above them", () => {
  test("an administrator neither demotes, suspends nor removes an owner", async () => {
    const second = await makeUser(at.tenantry);
    await addMember(as(at.tenantry, at.owner), at.id, { user_id: second.id, role: "owner" });
    const admin = as(at.tenantry, at.admin);
    const outranked = { code: "outranked" };
    await expect(updateMember(admin, at.id, second.id, { role: "viewer" })).rejects.toMatchObject(
      outranked,
    );
    await expect(
      updateMember(admin, at.id, second.id, { status: "suspended" }),
    ).rejects.toMatchObject(outranked);
    await expect(removeMember(admin, at.id, second.id)).rejects.toMatchObject(outranked);
    expect((await getMember(admin, at.id, second.id)).role).toBe("owner");
  });

  test("a member removes nobody, and makes themselves nothing", async () => {
    const member = as(at.tenantry, at.member);
    await expect(removeMember(member, at.id, at.admin.id)).rejects.toMatchObject({
      code: "permission_denied",
    });
    await expect(
      updateMember(member, at.id, at.member.id, { role: "owner" }),
    ).rejects.toMatchObject({
      code: "permission_denied",
    });
  });

  test("an administrator removes another, and a billing administrator", async () => {
    const equal = await makeUser(at.tenantry);
    const biller = await makeUser(at.tenantry);
    await addMember(as(at.tenantry, at.owner), at.id, { user_id: equal.id, role: "admin" });
    await addMember(as(at.tenantry, at.owner), at.id, {
      user_id: biller.id,
      role: "billing_admin",
    });
    await removeMember(as(at.tenantry, at.admin), at.id, equal.id);
    await removeMember(as(at.tenantry, at.admin), at.id, biller.id);
    await expect(getMember(at.tenantry.context(), at.id, biller.id)).rejects.toMatchObject({
      code: "member_not_found",
    });
  });
});
