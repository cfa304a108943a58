import { isDomainError } from "../errors.ts";
import { freeSlug } from "../free-slug.ts";
import type { Ports } from "../store.ts";

/** What one is called of whose name nothing can stand in a slug. */
const unnamed = "organization";

/** A slug for a new organization, made from its name. */
export async function generateSlug(ports: Ports, tenantId: string, name: string): Promise<string> {
  const { organizations } = ports;
  return await freeSlug(
    name,
    unnamed,
    async (slug) => (await organizations.findBySlug(tenantId, slug)) !== undefined,
  );
}

/**
 * Makes an organization, and once more where another took its generated slug at the same moment: then with a random one, which is free
 * whatever others take. Nobody is refused a slug that they did not ask for (decision 2).
 *
 * @param wanted The slug that was asked for.
 */
export async function withSlug<T>(
  name: string,
  wanted: string | undefined,
  create: (slug: string | undefined) => Promise<T>,
): Promise<T> {
  try {
    return await create(wanted);
  } catch (error) {
    if (wanted !== undefined || !isDomainError(error, "organization_slug_taken")) throw error;
    return await create(await freeSlug(name, unnamed, () => true));
  }
}
