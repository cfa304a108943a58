import { migrations } from "@tenantry/storage-sql";
import { expectSameAccess, rowsBeforeAccessInOneRead } from "@tenantry/storage-testkit/upgrades";
import { expect, onTestFinished, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { openHandle } from "./connection.ts";
import { openSqliteStorage } from "./index.ts";
import { migrateHandle } from "./migrate.ts";

test("a file of before migration 0010 gives everybody the access that they had", async () => {
  const directory = openTemporary();
  onTestFinished(directory.remove);
  const path = directory.file("tenantry.db");
  const old = openHandle(path);
  const before = migrations.filter(({ name }) => name < "0010");
  expect(before).toHaveLength(9);
  await migrateHandle(old, before);
  for (const statement of rowsBeforeAccessInOneRead) old.exec(statement);
  old.close();
  const storage = await openSqliteStorage({ path });
  await expectSameAccess(storage);
  await storage.close();
});
