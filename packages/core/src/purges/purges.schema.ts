import { z } from "zod";
import { idField } from "../fields.ts";

export const purgeTenantSchema = z.strictObject({
  /** Leaves the tenant's own database as it is, instead of dropping it. */
  keep_database: z.boolean().default(false),
});
export type PurgeTenantInput = z.input<typeof purgeTenantSchema>;

/** A tenant that was purged. */
export const purgedTenantSchema = z.strictObject({
  id: idField,
  slug: z.string(),
  name: z.string(),
  /**
   * Where the database was kept: the key of a server and the database's name there. On SQLite, the file of that name
   * in `tenants/` of the data directory.
   */
  kept_database: z.strictObject({ server: z.string(), database: z.string() }).nullable(),
});
export type PurgedTenant = z.infer<typeof purgedTenantSchema>;
