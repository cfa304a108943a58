import type { Awaitable, PageRequest, StoredPage } from "@tenantry/core";

/** Large enough that a list is normally one statement, and therefore one consistent state. */
const pageSize = 1_000_000;

/** Every item of a list. */
export async function readAll<T>(list: (page: PageRequest) => Awaitable<StoredPage>): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  for (;;) {
    const page: StoredPage = await list({ limit: pageSize, after, skip: 0, total: false });
    for (const item of JSON.parse(page.items_json) as T[]) items.push(item);
    if (!page.has_more) return items;
    after = page.last_key;
  }
}
