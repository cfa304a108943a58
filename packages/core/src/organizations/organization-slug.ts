import { isDomainError } from "../errors.ts";
import { freeSlug } from "../free-slug.ts";
import type { Ports } from "../store.ts";

/** The slug for a name without any usable character. */
const unnamed = "organization";

/** A free slug for a new organization, made from its name. */
export async function generateSlug(ports: Ports, tenantId: string, name: string): Promise<string> {
  const { organizations } = ports;
  return await freeSlug(
    name,
    unnamed,
    async (slug) => (await organizations.findBySlug(tenantId, slug)) !== undefined,
  );
}

/**
 * Creates an organization with a generated slug. If another took that slug at the same moment, it tries again with a
 * random one, so that callers are never refused for a slug that they did not ask for.
 *
 * @param create Is given the random slug, the second time.
 */
export async function withGeneratedSlug<T>(
  name: string,
  create: (slug: string | undefined) => Promise<T>,
): Promise<T> {
  try {
    return await create(undefined);
  } catch (error) {
    if (!isDomainError(error, "organization_slug_taken")) throw error;
    return await create(await freeSlug(name, unnamed, () => true));
  }
}
