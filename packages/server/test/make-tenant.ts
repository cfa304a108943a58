import { createTenant, type Tenant } from "@tenantry/core";
import type { TestServer } from "./test-server.ts";

/** Another tenant beside the default one, made without going through HTTP. */
export async function makeTenant({ tenantry }: TestServer, slug: string): Promise<Tenant> {
  return await createTenant(tenantry.context(), { name: slug, slug });
}
