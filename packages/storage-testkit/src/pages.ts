import type { Awaitable, PageRequest, StoredPage } from "@tenantry/core";

/** Completes a page request with defaults. */
export function pageRequest(fields: Partial<PageRequest> = {}): PageRequest {
  return { limit: 50, after: null, skip: 0, total: false, ...fields };
}

export function itemsOf<T>(page: StoredPage): readonly T[] {
  return JSON.parse(page.items_json) as T[];
}

/** Reads all pages of a list, and calls a function between each two. */
export async function readAllPages<T>(
  list: (page: PageRequest) => Awaitable<StoredPage>,
  limit: number,
  between: (page: number) => Awaitable<unknown> = () => undefined,
): Promise<readonly T[]> {
  const items: T[] = [];
  let after: string | null = null;
  for (let number = 0; ; number += 1) {
    const page: StoredPage = await list(pageRequest({ limit, after }));
    items.push(...itemsOf<T>(page));
    if (!page.has_more) return items;
    after = page.last_key;
    await between(number);
  }
}
