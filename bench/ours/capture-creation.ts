import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createOrganization, createUser } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { datasetEpochMs, makeTimeOrderedId, seededRandom } from "../dataset/ids.ts";
import type { Bench } from "../harness/bench.ts";
import { nameToken } from "../references/replay-rows.ts";
import { captureWritten, type Written } from "../references/written-rows.ts";

/** The rows that one creation writes, and the ids in them that existed before. */
export type CapturedCreation = { written: Written; tenantId: string; userId: string };

/**
 * Creates one organization in a small separate database and finds out what that wrote. Every table is read
 * twice, which would take long with the data of the run.
 */
export async function captureCreation(bench: Bench): Promise<CapturedCreation> {
  const file = path.join(bench.directory, "captured.db");
  const tenantry = await openTenantry({ databaseUrl: `sqlite:${file}` });
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const id = makeTimeOrderedId("user", datasetEpochMs, seededRandom(3));
    const user = await createUser(tenantry.context(), { id, name: "Robin Example" });
    const ctx = tenantry.context({ actor: { type: "user", id: user.id, session_id: null } });
    const names = { name: `In ${nameToken}`, slug: `in-${nameToken}` };
    const written = await captureWritten(database, () => createOrganization(ctx, names));
    return { written, tenantId: tenantry.defaultTenant.id, userId: user.id };
  } finally {
    database.close();
    await tenantry.close();
  }
}
