import { type PurgeRecord, readContent, removeTenantRows, type Storage } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import { type OpenSubject, tenantId } from "./open-subject.ts";
import {
  eventRecord,
  later,
  purgeRecord,
  registeredOrganizationRecord,
  teamRecord,
} from "./records.ts";
import { fillTenant } from "./tenant-isolation.ts";

/** How tenants are removed permanently. */
export function describePurges(open: OpenSubject): void {
  describe("lets a tenant be purged", () => {
    records(open);
    rows(open);
  });
}

function records(open: OpenSubject): void {
  test("and keeps which tenants are, as it was written", async () => {
    const { storage } = await open();
    const kept = purgeRecord("b", { kept_server: "second", kept_database: "tenantry_b" });
    await storage.transaction(null, async ({ purges }) => {
      for (const record of [purgeRecord("c"), kept, purgeRecord("a")]) await purges.insert(record);
    });
    const { purges } = storage.committed;
    expect(await purges.find("b")).toEqual(kept);
    expect(await purges.find("d")).toBeUndefined();
    await storage.transaction(null, async (ports) => {
      await ports.purges.finish("b", 3, later);
      // A finished purge cannot be begun again.
      await ports.purges.finish("b", null, later);
      await ports.purges.remove("c");
    });
    const over: PurgeRecord = { ...kept, tenant: null, serial: 3, purged_at: later };
    expect(await purges.find("b")).toEqual(over);
    expect(await purges.listUnfinished(10)).toEqual([purgeRecord("a")]);
  });

  test("and gives its number as a registered organization to nobody else", async () => {
    const { storage } = await open();
    await storage.transaction(null, async ({ purges, registeredOrganizations }) => {
      await registeredOrganizations.insert(registeredOrganizationRecord(9, "acme"));
      await purges.insert(purgeRecord("tenant of acme"));
      const serial = await registeredOrganizations.removeOf("tenant of acme");
      await purges.finish("tenant of acme", serial ?? null, later);
    });
    expect(await storage.committed.registeredOrganizations.lastSerial()).toBe(9);
  });
}

const nobodysEnd = () => {};

function rows(open: OpenSubject): void {
  test("so that no row of it is left, and every row of others", async () => {
    const storage = await openWithTwo(open);
    const others = await readContent(storage, "other");
    let wasThere = false;
    await removeTenantRows(storage, tenantId, async (ports) => {
      wasThere = (await ports.users.find(tenantId, "bob")) !== undefined;
    });
    expect(wasThere).toBe(true);
    expect(await rowsOf(storage, tenantId)).toEqual([]);
    expect(await readContent(storage, "other")).toEqual(others);
    // Continuing after a kill finds nothing left to do.
    await removeTenantRows(storage, tenantId, nobodysEnd);
  });

  test("with more rows than go in one transaction, and teams inside each other", async () => {
    const storage = await openWithTwo(open);
    await storage.transaction(tenantId, async ({ events, teams }) => {
      for (let number = 2; number < 1_200; number += 1) {
        await events.append(eventRecord(tenantId, "org", number));
      }
      for (let number = 0; number < 600; number += 1) {
        const place = { parent_team_id: "outer", depth: 2 };
        await teams.insert(teamRecord(tenantId, "org", `team-${number}`, place), []);
      }
    });
    await removeTenantRows(storage, tenantId, nobodysEnd);
    expect(await rowsOf(storage, tenantId)).toEqual([]);
  });

  test("whole or not at all, where its end is refused", async () => {
    const storage = await openWithTwo(open);
    const before = await readContent(storage, tenantId);
    const refusal = new Error("restored meanwhile");
    const removing = removeTenantRows(storage, tenantId, async (ports) => {
      await ports.users.setPasswordHash(tenantId, "bob", "changed", later);
      throw refusal;
    });
    await expect(removing).rejects.toBe(refusal);
    expect(await readContent(storage, tenantId)).toEqual(before);
    await storage.transaction(tenantId, (ports) => ports.tenants.lock(tenantId));
  });
}

/** Two tenants that each have a row in every table. */
async function openWithTwo(open: OpenSubject): Promise<Storage> {
  const { storage } = await open();
  for (const id of [tenantId, "other"]) {
    await storage.transaction(id, (ports) => fillTenant(ports, id));
  }
  return storage;
}

async function rowsOf(storage: Storage, tenant: string): Promise<readonly string[]> {
  const contents = await readContent(storage, tenant);
  return contents.filter(({ rows }) => rows > 0).map(({ table }) => table);
}
