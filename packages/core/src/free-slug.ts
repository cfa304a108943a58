import slugify from "@sindresorhus/slugify";
import type { Awaitable } from "./awaitable.ts";
import { randomBase32 } from "./ids.ts";

const maximumLength = 50;

/**
 * A slug made from a name, with a suffix where it is taken (decision 2): a small number first, then something random, so that the
 * thousandth one called "Test" costs no more than the first.
 *
 * @param instead What it is called where nothing of the name is left.
 */
export async function freeSlug(
  name: string,
  instead: string,
  isTaken: (slug: string) => Awaitable<boolean>,
): Promise<string> {
  const base = slugify(name).slice(0, maximumLength).replace(/-+$/, "") || instead;
  const candidates = [base, `${base}-2`, `${base}-3`, `${base}-4`];
  for (const slug of candidates) if (!(await isTaken(slug))) return slug;
  return `${base}-${randomBase32(8)}`;
}
