import { type JsonPage, type PageInput, toJsonPage, toPageRequest } from "@tenantry/core";

/**
 * Cuts a page out of a short list that a use case returns as a whole.
 *
 * @param keyOf Gives each item a key that sorts after those of the items before it, so that the next page starts
 * after the last key, even if that item no longer exists.
 */
export function pageOfList<T>(
  items: readonly T[],
  input: PageInput,
  keyOf: (item: T) => string,
): JsonPage {
  const { limit, after, skip, total } = toPageRequest(input);
  const rest = items.filter((item) => after === null || keyOf(item) > after).slice(skip);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return toJsonPage({
    items_json: JSON.stringify(shown),
    last_key: last === undefined ? null : keyOf(last),
    has_more: rest.length > limit,
    ...(total && { total: items.length }),
  });
}
