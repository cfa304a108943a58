import path from "node:path";
import { openTenantry } from "tenantry";
import { openDataset } from "../dataset/shared-dataset.ts";
import type { Bench } from "../harness/bench.ts";
import { fillTenantry } from "./fill-tenantry.ts";

/** A file of ours with the data of the run. Nobody opens it to write: each side takes a copy. */
export function openFilledFile(bench: Bench): Promise<{ file: string }> {
  return bench.share("filled file", async () => {
    const { dataset } = await openDataset(bench);
    const file = path.join(bench.directory, "filled.db");
    const tenantry = await openTenantry({ databaseUrl: `sqlite:${file}` });
    await fillTenantry(tenantry, dataset);
    await tenantry.close();
    return { file };
  });
}
