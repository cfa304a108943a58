import { type Installation, openProcess } from "./installation.ts";

/** Gives tenants other slugs, one after another: `tenant-a=another`. */
const [installation = "", ...renames] = process.argv.slice(2);
const { storage } = await openProcess(JSON.parse(installation) as Installation);
for (const rename of renames) {
  const [id = "", slug = ""] = rename.split("=");
  await storage.transaction(id, async ({ tenants }) => {
    const tenant = await tenants.lock(id);
    if (tenant === undefined) throw new Error(`There is no tenant ${id}`);
    await tenants.update({ ...tenant, slug });
  });
}
await storage.close();
