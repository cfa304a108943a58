import { nameKey, type Storage, type Tenant, type TenantFilter } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import type { OpenSubject } from "./open-subject.ts";
import { itemsOf, pageRequest, readAllPages } from "./pages.ts";
import { tenantRecord } from "./records.ts";

/** Tenants whose ids are not in the order of insertion, with the case that each stands for. */
const tenants = {
  t3: { name: "Three Ltd", slug: "drei" },
  t1: { name: "ÉCOLE one" },
  t5: { name: "Five", status: "deleted" },
  t2: { name: "Two", status: "suspended" },
  t4: { name: "100%" },
} as const;

export function describeTenants(open: OpenSubject): void {
  describe("lists tenants", () => {
    test("each once, in the order of ids, without the deleted ones", async () => {
      const { list } = (await openWithTenants(open)).committed.tenants;
      const living = await readAllPages<Tenant>((page) => list({}, page), 2);
      expect(living.map(({ id }) => id)).toEqual(["t1", "t2", "t3", "t4"]);
    });

    test("as many as it counts, under each filter", async () => {
      const { list } = (await openWithTenants(open)).committed.tenants;
      const found = async (filter: TenantFilter) => {
        const page = await list(filter, pageRequest({ total: true }));
        const ids = itemsOf<Tenant>(page).map(({ id }) => id);
        expect(page.total).toBe(ids.length);
        return ids;
      };
      expect(await found({ status: "active" })).toEqual(["t1", "t3", "t4"]);
      expect(await found({ status: "suspended" })).toEqual(["t2"]);
      expect(await found({ status: "deleted" })).toEqual(["t5"]);
      expect(await found({ q: nameKey("École") })).toEqual(["t1"]);
      expect(await found({ q: "drei" })).toEqual(["t3"]);
      expect(await found({ q: "%" })).toEqual(["t4"]);
      expect(await found({ q: "five" })).toEqual([]);
      expect(await found({ q: "five", status: "deleted" })).toEqual(["t5"]);
      expect(await found({ q: "five", status: "active" })).toEqual([]);
    });

    test("as callers see them", async () => {
      const { committed } = await openWithTenants(open);
      const { name_key: _, ...shown } = (await committed.tenants.find("t1")) ?? {};
      const page = await committed.tenants.list({}, pageRequest({ limit: 1 }));
      expect(itemsOf(page)).toEqual([shown]);
    });
  });
}

async function openWithTenants(open: OpenSubject): Promise<Storage> {
  const { storage } = await open();
  for (const [id, fields] of Object.entries(tenants)) {
    await storage.transaction(id, (ports) => ports.tenants.insert(tenantRecord(id, fields)));
  }
  return storage;
}
