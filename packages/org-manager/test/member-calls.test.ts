import { addMember, createPlan, listEvents, verifyChains } from "@tenantry/core";
import { openOrgManager } from "@tenantry/org-manager";
import { openTenantry } from "tenantry";
import { describe, expect, onTestFinished, test } from "vitest";
import { databaseUrlIn, makeDirectory, openFresh, storages } from "./open-fresh.ts";

describe.each(storages)("on %s", (kind) => {
  /** The calls, and the engine of a second opening of the same place: what others do beside the calls. */
  async function openBoth() {
    const databaseUrl = databaseUrlIn(makeDirectory(), kind);
    const manager = await openOrgManager({ databaseUrl, log: false, program: "signup" });
    onTestFinished(() => manager.close());
    const tenantry = await openTenantry({ databaseUrl });
    onTestFinished(() => tenantry.close());
    return { manager, tenantry };
  }

  test("adds users who were not known, with the given string as their id, and the role member unless one is given", async () => {
    const manager = await openFresh(kind);
    const id = await manager.createOrganization("Acme");
    expect(await manager.addUserToOrg(id, "auth0|5f7c", "owner")).toBe(true);
    expect(await manager.addUserToOrg(id, "user_bob")).toBe(true);
    expect(await manager.addUserToOrg(id, "user_cleo", "billing_admin")).toBe(true);
    expect(await manager.getOrgUsers(id)).toEqual([
      { org_id: id, user_id: "auth0|5f7c", role: "owner", joined_at: expect.any(Date) },
      { org_id: id, user_id: "user_bob", role: "member", joined_at: expect.any(Date) },
      { org_id: id, user_id: "user_cleo", role: "billing_admin", joined_at: expect.any(Date) },
    ]);
    expect(await manager.getUserRoleInOrg(id, "auth0|5f7c")).toBe("owner");
    expect(await manager.getUserRoleInOrg(id, "user_dan")).toBeNull();
    expect(await manager.getUserOrgs("user_bob")).toMatchObject([{ id, name: "Acme" }]);
  });

  test("refuses a member twice and an unknown role, in the module's words", async () => {
    const manager = await openFresh(kind);
    const id = await manager.createOrganization("Acme");
    await manager.addUserToOrg(id, "user_bob");
    await expect(manager.addUserToOrg(id, "user_bob", "owner")).rejects.toMatchObject({
      name: "OrgManagerError",
      code: "already_member",
      message: `User user_bob already in organization ${id}`,
    });
    const message = "Role must be one of: owner, member, billing_admin";
    await expect(manager.addUserToOrg(id, "user_cleo", "admin" as "owner")).rejects.toThrow(
      message,
    );
    await expect(manager.updateUserRole(id, "user_bob", "king" as "owner")).rejects.toThrow(
      message,
    );
    expect(await manager.getOrgUsers(id)).toMatchObject([{ user_id: "user_bob", role: "member" }]);
  });

  test("changes roles and removes members, and says false for somebody who is none", async () => {
    const manager = await openFresh(kind);
    const id = await manager.createOrganization("Acme");
    await manager.addUserToOrg(id, "user_bob");
    expect(await manager.updateUserRole(id, "user_bob", "billing_admin")).toBe(true);
    expect(await manager.updateUserRole(id, "user_bob", "billing_admin")).toBe(true);
    expect(await manager.getUserRoleInOrg(id, "user_bob")).toBe("billing_admin");
    expect(await manager.updateUserRole(id, "user_cleo", "owner")).toBe(false);
    expect(await manager.removeUserFromOrg(id, "user_bob")).toBe(true);
    expect(await manager.removeUserFromOrg(id, "user_bob")).toBe(false);
    expect(await manager.addUserToOrg(id, "user_bob", "owner")).toBe(true);
  });

  test("keeps the last owner, and an organization that never had one may stay without", async () => {
    const manager = await openFresh(kind);
    const id = await manager.createOrganization("Acme");
    await manager.addUserToOrg(id, "user_bob");
    expect(await manager.removeUserFromOrg(id, "user_bob")).toBe(true);
    await manager.addUserToOrg(id, "user_ann", "owner");
    await expect(manager.removeUserFromOrg(id, "user_ann")).rejects.toMatchObject({
      name: "OrgManagerError",
      code: "last_owner",
    });
    await expect(manager.updateUserRole(id, "user_ann", "member")).rejects.toThrow("last owner");
    expect(await manager.getUserRoleInOrg(id, "user_ann")).toBe("owner");
  });

  test("tells a role in a suspended organization as well", async () => {
    const manager = await openFresh(kind);
    const id = await manager.createOrganization("Acme");
    await manager.addUserToOrg(id, "user_bob");
    await manager.updateOrgStatus(id, "suspended");
    expect(await manager.getUserRoleInOrg(id, "user_bob")).toBe("member");
  });

  test("takes an invited member for absent, until they are added", async () => {
    const { manager, tenantry } = await openBoth();
    const id = await manager.createOrganization("Acme");
    const other = await manager.createOrganization("Other");
    await manager.addUserToOrg(other, "user_bob");
    const invited = { user_id: "user_bob", status: "invited", role: "admin" } as const;
    await addMember(tenantry.context(), id, invited);
    expect(await manager.getOrgUsers(id)).toEqual([]);
    expect(await manager.getUserRoleInOrg(id, "user_bob")).toBeNull();
    expect(await manager.getUserOrgs("user_bob")).toMatchObject([{ id: other }]);
    expect(await manager.updateUserRole(id, "user_bob", "owner")).toBe(false);
    expect(await manager.removeUserFromOrg(id, "user_bob")).toBe(false);
    expect(await manager.addUserToOrg(id, "user_bob", "member")).toBe(true);
    expect(await manager.getUserRoleInOrg(id, "user_bob")).toBe("member");
  });

  test("holds the seat limit", async () => {
    const { manager, tenantry } = await openBoth();
    await createPlan(tenantry.context(), { key: "pair", name: "Pair", seats: 2 });
    const id = await manager.createOrganization("Acme", "pair");
    const added = await Promise.allSettled(
      ["a", "b", "c", "d"].map((user) => manager.addUserToOrg(id, user)),
    );
    const refused = added.filter((one) => one.status === "rejected");
    expect(refused).toHaveLength(2);
    expect(refused[0]?.reason).toMatchObject({ code: "seat_limit_reached" });
    expect(await manager.getOrgUsers(id)).toHaveLength(2);
    const large = await manager.createOrganization("Large");
    for (const user of ["a", "b", "c"]) await manager.addUserToOrg(large, user);
    await expect(manager.updateOrgPlan(large, "pair")).rejects.toThrow("2 seats");
  });

  test("records each change as an event by the program's name, in a chain that verifies", async () => {
    const { manager, tenantry } = await openBoth();
    const id = await manager.createOrganization("Acme");
    await manager.addUserToOrg(id, "user_ann", "owner");
    await manager.updateOrgPlan(id, "pro");
    await manager.updateOrgPlan(id, "pro");
    const { items } = await listEvents(tenantry.context(), id);
    expect(items.map((event) => event.type)).toEqual([
      "organization.created",
      "member.added",
      "organization.plan_changed",
    ]);
    expect(items[0]?.actor).toEqual({ type: "system", id: "signup" });
    const { storage } = tenantry.engine;
    expect((await verifyChains(storage.committed, tenantry.defaultTenant.id)).faults).toEqual([]);
  });
});
