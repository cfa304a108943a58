import { z } from "zod";
import { idField, timeField } from "../fields.ts";

/** A tenant: a user directory, a role catalogue and a plan catalogue. `short_id` stands in its opaque credentials. */
export const tenantSchema = z.strictObject({
  id: idField,
  slug: z.string(),
  short_id: z.string(),
  name: z.string(),
  status: z.enum(["active", "suspended", "deleted"]),
  placement: z.enum(["shared", "dedicated"]),
  revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
});
export type Tenant = z.infer<typeof tenantSchema>;

/** The tenant that exists from the first start, so that nobody who needs none meets one. */
export const defaultTenantSlug = "default";
