import { copyRows, importData, listTenantIds } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { openPostgresStorage } from "../../packages/storage-postgres/src/postgres-storage.ts";
import { openSqliteStorage } from "../../packages/storage-sqlite/src/index.ts";
import { serveParent } from "../children/serve-parent.ts";
import { makeDataset } from "../dataset/dataset.ts";
import { readImportData } from "../dataset/import-data.ts";
import { fillTenantry } from "./fill-tenantry.ts";

serveParent({ fillFile, importFile, copyToPostgres });

async function fillFile({ file }: { file: string }): Promise<void> {
  const tenantry = await openTenantry({ databaseUrl: `sqlite:${file}` });
  await fillTenantry(tenantry, makeDataset());
  await tenantry.close();
}

async function importFile(input: { file: string; data: string | undefined }): Promise<void> {
  const tenantry = await openTenantry({ databaseUrl: `sqlite:${input.file}` });
  await importData(tenantry.context(), readImportData(input.data));
  await tenantry.close();
}

/** Copies a Tenantry file and returns the id of its tenant. */
async function copyToPostgres({ file, url }: { file: string; url: string }): Promise<string> {
  const source = await openSqliteStorage({ path: file });
  const target = await openPostgresStorage({ url });
  const [tenantId] = await listTenantIds(source);
  if (tenantId === undefined) throw new Error("The filled file has no tenant");
  await copyRows(source, target, tenantId);
  await Promise.all([source.close(), target.close()]);
  return tenantId;
}
