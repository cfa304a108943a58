import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrations } from "@tenantry/storage-sql";
import { expect, test } from "vitest";
import { migrateHandle } from "../../storage-sqlite/src/migrate.ts";
import { placeTenant } from "../test/dedicated-tenants.ts";
import { openPlaced } from "../test/open-placed.ts";

/** 1,000 tenants are TENANTRY_PLACES=1000. */
const tenants = Number(process.env.TENANTRY_PLACES ?? 8);
const newest = migrations.at(-1)?.name ?? "";

test("a tenant whose database cannot be migrated is named, alone, and the next run does what is left", {
  timeout: 60_000 + tenants * 1_000,
}, async () => {
  const placed = await openPlaced();
  const files: string[] = [];
  for (let number = 0; number < tenants; number += 1) {
    const { database } = await placeTenant(placed.storage, placed.server, `tenant-${number}`);
    files.push(join(placed.directory, "tenants", `${database}.db`));
  }
  await placed.storage.close();
  for (const file of files) await makeOld(file);
  const unlucky = Math.floor(tenants * 0.417);
  // In its way stands the very table that the migration makes.
  execute(files[unlucky] ?? "", "CREATE TABLE placements (x)");

  const { storage } = await openPlaced({}, placed.directory);
  const first = await storage.places.migrateAll();
  expect(first.migrated).toBe(tenants - 1);
  expect(first.failures.map(({ tenant_id }) => tenant_id)).toEqual([`tenant-${unlucky}`]);
  expect(files.filter((file) => !hasNewest(file))).toEqual([files[unlucky]]);

  execute(files[unlucky] ?? "", "DROP TABLE placements");
  expect(await storage.places.migrateAll()).toEqual({ migrated: tenants, failures: [] });
  expect(files.filter((file) => !hasNewest(file))).toEqual([]);
});

function execute(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

/** A file as the program left it that did not know of placements. */
async function makeOld(file: string): Promise<void> {
  rmSync(file);
  const db = new DatabaseSync(file);
  await migrateHandle(db, migrations.slice(0, 4));
  db.close();
}

function hasNewest(file: string): boolean {
  const db = new DatabaseSync(file, { readOnly: true });
  const row = db.prepare("SELECT 1 FROM tenantry_migrations WHERE name = ?").get(newest);
  db.close();
  return row !== undefined;
}
