import slugify from "@sindresorhus/slugify";
import type { Awaitable } from "./awaitable.ts";
import { randomBase32 } from "./ids.ts";

const maximumLength = 50;

/**
 * Makes a slug from a name and adds a suffix if it is taken: a small number at first, then random text, so that the
 * thousandth "Test" costs no more look-ups than the first.
 *
 * @param instead The slug where no character of the name can be used.
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
