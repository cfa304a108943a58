import { freeSlug } from "../free-slug.ts";
import type { Ports } from "../store.ts";

/** A slug for a new organization, made from its name. */
export async function generateSlug(ports: Ports, tenantId: string, name: string): Promise<string> {
  const { organizations } = ports;
  return await freeSlug(
    name,
    "organization",
    async (slug) => (await organizations.findBySlug(tenantId, slug)) !== undefined,
  );
}
