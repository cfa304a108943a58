import type { Placement } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import { type OpenSubject, openWithTenant, tenantId } from "./open-subject.ts";
import { later, moment, tenantRecord } from "./records.ts";

const placement = (tenant: string, fields: Partial<Placement> = {}): Placement => ({
  tenant_id: tenant,
  server: "main",
  database: `tenantry_${tenant}`,
  epoch: 1,
  state: "steady",
  created_at: moment,
  updated_at: moment,
  ...fields,
});

/** What the installation knows of its tenants: where each lives, and by what it is found. */
export function describePlacements(open: OpenSubject): void {
  describe("keeps where tenants live", () => {
    changes(open);
    lists(open);
    copies(open);
  });
}

function changes(open: OpenSubject): void {
  test("as it was written, and removes it", async () => {
    const { storage } = await open();
    const written = placement("a", { server: "second", state: "making" });
    await storage.transaction(null, (ports) => ports.placements.insert(written));
    const { placements } = storage.committed;
    expect(await placements.find("a")).toEqual(written);
    expect(await placements.find("b")).toBeUndefined();
    await storage.transaction(null, (ports) => ports.placements.remove("a"));
    expect(await placements.find("a")).toBeUndefined();
  });

  test("and changes it for whoever knows its epoch, and for nobody else", async () => {
    const { storage } = await open();
    await storage.transaction(null, (ports) => ports.placements.insert(placement("a")));
    const moved = placement("a", { database: null, epoch: 2, state: "moving", updated_at: later });
    const update = (epoch: number) =>
      storage.transaction(null, (ports) => ports.placements.update(moved, epoch));
    expect(await update(1)).toBe(true);
    expect(await update(1)).toBe(false);
    expect(await storage.committed.placements.find("a")).toEqual(moved);
  });

  test("and never gives two tenants one database", async () => {
    const { storage } = await open();
    const insert = (tenant: string, fields: Partial<Placement>) =>
      storage.transaction(null, (ports) => ports.placements.insert(placement(tenant, fields)));
    await insert("a", { database: "one" });
    await expect(insert("b", { database: "one" })).rejects.toThrow();
    await insert("b", { database: "one", server: "second" });
    await insert("c", { database: null });
    await insert("d", { database: null });
  });
}

function lists(open: OpenSubject): void {
  test("in pages by tenant, and those that are not steady", async () => {
    const { storage } = await open();
    await storage.transaction(null, async (ports) => {
      for (const tenant of ["c", "a", "d", "b"]) {
        const state = tenant < "c" ? "steady" : "making";
        await ports.placements.insert(placement(tenant, { state }));
      }
    });
    const { placements } = storage.committed;
    const ids = (page: readonly Placement[]) => page.map((one) => one.tenant_id);
    expect(ids(await placements.list("", 3))).toEqual(["a", "b", "c"]);
    expect(ids(await placements.list("c", 3))).toEqual(["d"]);
    expect(ids(await placements.listUnsteady(10))).toEqual(["c", "d"]);
    expect(ids(await placements.listUnsteady(1))).toEqual(["c"]);
  });
}

function copies(open: OpenSubject): void {
  test("and the rows by which tenants that live elsewhere are found", async () => {
    const storage = await openWithTenant(open);
    const copy = tenantRecord("elsewhere", { placement: "dedicated" });
    const put = (record: typeof copy) =>
      storage.transaction(null, (ports) => ports.tenants.putCopy(record));
    await put(copy);
    const { tenants } = storage.committed;
    expect(await tenants.findBySlug(copy.slug)).toEqual(copy);
    const changed = { ...copy, slug: "new", name: "New", status: "suspended" as const };
    await put({ ...changed, revision: 7, updated_at: later });
    expect(await tenants.findByShortId(copy.short_id)).toMatchObject({
      ...changed,
      revision: 7,
      updated_at: later,
    });
    await expect(put({ ...copy, slug: tenantRecord(tenantId).slug })).rejects.toThrow();
    await storage.transaction(null, (ports) => ports.tenants.removeCopy("elsewhere"));
    expect(await tenants.findBySlug("new")).toBeUndefined();
  });
}
