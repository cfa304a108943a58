import { describe, expect, test } from "vitest";
import { openFresh, storages } from "./open-fresh.ts";

describe.each(storages)("on %s", (kind) => {
  test("gives a new organization the fields, the types and the defaults of the Python module", async () => {
    const manager = await openFresh(kind);
    const before = Date.now();
    const id = await manager.createOrganization("Acme Corp");
    expect(id).toMatch(/^org_/);
    const organization = await manager.getOrg(id);
    expect(organization).toEqual({
      id,
      name: "Acme Corp",
      created_at: expect.any(Date),
      plan_tier: "founders_friend",
      lago_customer_id: null,
      stripe_customer_id: null,
      status: "active",
    });
    expect(organization?.created_at.getTime()).toBeGreaterThanOrEqual(before);
    expect(organization?.created_at.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await manager.getOrgUsers(id)).toEqual([]);
  });

  test("refuses a name that is taken, whatever its case and the blanks around it, in the module's words", async () => {
    const manager = await openFresh(kind);
    await manager.createOrganization("Duplicate Name");
    const again = manager.createOrganization("  duplicate name ");
    await expect(again).rejects.toMatchObject({
      name: "OrgManagerError",
      code: "organization_name_taken",
      message: "Organization with name 'duplicate name' already exists",
    });
    expect(await manager.listAllOrganizations()).toHaveLength(1);
  });

  test.each(["", "   ", undefined])("refuses the name %j in the module's words", async (name) => {
    const manager = await openFresh(kind);
    await expect(manager.createOrganization(name as string)).rejects.toThrow(
      "Organization name cannot be empty",
    );
  });

  test.each(["a\0b", "a\ud800", "\udc00a"])(
    "refuses the text %j, which no storage keeps as it is, wherever it is given",
    async (text) => {
      const manager = await openFresh(kind);
      const id = await manager.createOrganization("Acme");
      const refused = async (what: string, call: Promise<unknown>) =>
        await expect(call).rejects.toMatchObject({
          code: "invalid_input",
          message: `${what} holds U+0000 or half of a character; remove it`,
        });
      await refused("Organization name", manager.createOrganization(text));
      await refused("Plan tier", manager.createOrganization("Beta", text));
      await refused("Plan tier", manager.updateOrgPlan(id, text));
      await refused("Lago id", manager.updateOrgBillingIds(id, { lagoId: text }));
      await refused("Stripe id", manager.updateOrgBillingIds(id, { stripeId: text }));
      await refused("User id", manager.addUserToOrg(id, text));
      expect(await manager.listAllOrganizations()).toMatchObject([
        { id, name: "Acme", plan_tier: "founders_friend", lago_customer_id: null },
      ]);
      expect(await manager.getOrgUsers(id)).toEqual([]);
    },
  );

  test("enters a tier that arrives in the catalogue", async () => {
    const manager = await openFresh(kind);
    const id = await manager.createOrganization("Acme", "Gold Plan 2025");
    expect((await manager.getOrg(id))?.plan_tier).toBe("Gold Plan 2025");
    expect(await manager.updateOrgPlan(id, "pro")).toBe(true);
    expect((await manager.getOrg(id))?.plan_tier).toBe("pro");
    expect(await manager.getOrganizationsByPlan("pro")).toMatchObject([{ id }]);
    expect(await manager.getOrganizationsByPlan("Gold Plan 2025")).toEqual([]);
  });

  test("answers false, null or nothing for an organization that is not there", async () => {
    const manager = await openFresh(kind);
    expect(await manager.getOrg("org_nonexistent")).toBeNull();
    expect(await manager.updateOrgPlan("org_fake", "pro")).toBe(false);
    expect(await manager.updateOrgPlan("org_fake", "")).toBe(false);
    expect(await manager.updateOrgStatus("org_fake", "suspended")).toBe(false);
    expect(await manager.updateOrgBillingIds("org_fake", { lagoId: "lago_1" })).toBe(false);
    expect(await manager.addUserToOrg("org_fake", "user_1")).toBe(false);
    expect(await manager.removeUserFromOrg("org_fake", "user_1")).toBe(false);
    expect(await manager.updateUserRole("org_fake", "user_1", "owner")).toBe(false);
    expect(await manager.getUserRoleInOrg("org_fake", "user_1")).toBeNull();
    expect(await manager.getOrgUsers("org_fake")).toEqual([]);
    expect(await manager.getUserOrgs("user_fake")).toEqual([]);
    expect(await manager.getOrganizationsByPlan("fake")).toEqual([]);
    expect(await manager.searchOrganizations("fake")).toEqual([]);
    expect(await manager.listAllOrganizations()).toEqual([]);
  });

  test("links billing customers, keeps an id that is not given, clears one that is null", async () => {
    const manager = await openFresh(kind);
    const id = await manager.createOrganization("Acme");
    expect(await manager.updateOrgBillingIds(id, { lagoId: "lago_1", stripeId: "cus_1" })).toBe(
      true,
    );
    expect(await manager.updateOrgBillingIds(id, { stripeId: "cus_2" })).toBe(true);
    const linked = { lago_customer_id: "lago_1", stripe_customer_id: "cus_2" };
    expect(await manager.getOrg(id)).toMatchObject(linked);
    expect(await manager.updateOrgBillingIds(id, { lagoId: null })).toBe(true);
    expect((await manager.getOrg(id))?.lago_customer_id).toBeNull();
    const misspelt = { lago_id: "lago_3" } as object;
    await expect(manager.updateOrgBillingIds(id, misspelt)).rejects.toThrow(
      "lago_id is not one of: lagoId, stripeId",
    );
  });

  test("refuses an unknown status in the module's words and leaves the organization", async () => {
    const manager = await openFresh(kind);
    const id = await manager.createOrganization("Acme");
    await expect(manager.updateOrgStatus(id, "archived" as "active")).rejects.toThrow(
      "Status must be one of: active, suspended, deleted",
    );
    expect((await manager.getOrg(id))?.status).toBe("active");
  });

  test("shows organizations of every status, and brings a deleted one back with its members", async () => {
    const manager = await openFresh(kind);
    const [active, suspended, deleted] = [
      await manager.createOrganization("Tech One"),
      await manager.createOrganization("Tech Two"),
      await manager.createOrganization("Tech Three"),
    ];
    for (const id of [active, suspended, deleted]) {
      await manager.addUserToOrg(id, "user_ann", "owner");
    }
    expect(await manager.updateOrgStatus(suspended, "suspended")).toBe(true);
    expect(await manager.updateOrgStatus(deleted, "deleted")).toBe(true);
    const every = [
      { id: active, status: "active" },
      { id: suspended, status: "suspended" },
      { id: deleted, status: "deleted" },
    ];
    expect(await manager.listAllOrganizations()).toMatchObject(every);
    expect(await manager.searchOrganizations("TECH")).toMatchObject(every);
    expect(await manager.getUserOrgs("user_ann")).toMatchObject(every);
    expect(await manager.getOrganizationsByPlan("founders_friend")).toMatchObject(every);
    expect(await manager.updateOrgStatus(deleted, "active")).toBe(true);
    expect(await manager.getOrg(deleted)).toMatchObject({ name: "Tech Three", status: "active" });
    expect(await manager.getUserRoleInOrg(deleted, "user_ann")).toBe("owner");
  });

  test("frees a deleted organization's name, and refuses to restore it once that is taken", async () => {
    const manager = await openFresh(kind);
    const first = await manager.createOrganization("Acme");
    await manager.updateOrgStatus(first, "deleted");
    await manager.createOrganization("Acme");
    await expect(manager.updateOrgStatus(first, "active")).rejects.toThrow(
      "Organization with name 'Acme' already exists",
    );
    expect((await manager.getOrg(first))?.status).toBe("deleted");
  });
});
