import { type JsonPage, type PageInput, toJsonPage, toPageRequest } from "@tenantry/core";

/**
 * A page of a list that a use case gives whole, because it is short. `keyOf` gives each item a text that is greater than those of the items
 * before it, so that a page goes on where the last one ended, also when its last item is gone by then.
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
