import slugify from "@sindresorhus/slugify";
import { randomBase32 } from "../ids.ts";
import type { Ports } from "../store.ts";

const maximumLength = 50;

/**
 * A slug made from a name, with a suffix where it is taken (decision 2): a small number first, then something random, so that the
 * thousandth organization called "Test" costs no more than the first.
 */
export async function generateSlug(ports: Ports, tenantId: string, name: string): Promise<string> {
  const base = slugify(name).slice(0, maximumLength).replace(/-+$/, "") || "organization";
  const candidates = [base, `${base}-2`, `${base}-3`, `${base}-4`];
  for (const slug of candidates) {
    if ((await ports.organizations.findBySlug(tenantId, slug)) === undefined) return slug;
  }
  return `${base}-${randomBase32(8)}`;
}
