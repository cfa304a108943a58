import { type JsonPage, type PageInput, toJsonPage, toPageRequest } from "@tenantry/core";

/** A page of a list that a use case gives whole, because it is short. `keyOf` names an item in the list's order. */
export function pageOfList<T>(
  items: readonly T[],
  input: PageInput,
  keyOf: (item: T) => string,
): JsonPage {
  const { limit, after, skip, total } = toPageRequest(input);
  const start = after === null ? 0 : items.findIndex((item) => keyOf(item) === after) + 1;
  const rest = after !== null && start === 0 ? [] : items.slice(start + skip);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return toJsonPage({
    items_json: JSON.stringify(shown),
    last_key: last === undefined ? null : keyOf(last),
    has_more: rest.length > limit,
    ...(total && { total: items.length }),
  });
}
