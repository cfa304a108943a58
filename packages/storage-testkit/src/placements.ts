import type { MoveRecord, Placement } from "@tenantry/core";
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

/** What the main database stores about all tenants: where each one's data is, and how it is found. */
export function describePlacements(open: OpenSubject): void {
  describe("keeps where tenants live", () => {
    changes(open);
    moves(open);
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

function moves(open: OpenSubject): void {
  test("and which of them move, whose step is changed by whoever knows the mover and the step before", async () => {
    const { storage } = await open();
    const record: MoveRecord = {
      tenant_id: "a",
      mover: "one",
      from_server: "main",
      from_database: null,
      to_server: "second",
      to_database: "tenantry_a",
      step: "copying",
      updated_at: moment,
    };
    await storage.transaction(null, ({ moveRecords }) => moveRecords.insert(record));
    const update = (changed: MoveRecord, known: Pick<MoveRecord, "mover" | "step">) =>
      storage.transaction(null, ({ moveRecords }) => moveRecords.update(changed, known));
    const switched: MoveRecord = { ...record, step: "switched", updated_at: later };
    expect(await update(switched, { mover: "two", step: "copying" })).toBe(false);
    expect(await update(switched, record)).toBe(true);
    // A caller that read the placement before the switch cannot undo it.
    expect(await update({ ...record, mover: "two" }, record)).toBe(false);
    expect(await storage.committed.moveRecords.find("a")).toEqual(switched);
    expect(await update({ ...switched, mover: "two" }, switched)).toBe(true);
    await storage.transaction(null, ({ moveRecords }) => moveRecords.remove("a"));
    expect(await storage.committed.moveRecords.find("a")).toBeUndefined();
  });
}

function lists(open: OpenSubject): void {
  test("in pages by tenant, those that are not steady, and those on no server that is known", async () => {
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
    await storage.transaction(null, async (ports) => {
      await ports.placements.insert(placement("e", { server: "second" }));
      await ports.placements.insert(placement("f", { server: "third" }));
      // The tenant is in the main database itself.
      await ports.placements.insert(placement("g", { server: "gone", database: null }));
    });
    expect(ids(await placements.listElsewhere(["main", "third"], 10))).toEqual(["e"]);
    expect(ids(await placements.listElsewhere(["main"], 1))).toEqual(["e"]);
    expect(ids(await placements.listElsewhere(["main", "second", "third"], 10))).toEqual([]);
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
