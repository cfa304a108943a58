import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";

const pageSize = 1000;

/** All items of a list, read page by page, so that no single read grows with the data. */
export async function readEveryPage<T>(
  read: (page: PageRequest) => Awaitable<StoredPage>,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let after: string | null = null; ; ) {
    const page = await read({ limit: pageSize, after, skip: 0, total: false });
    for (const item of JSON.parse(page.items_json) as T[]) items.push(item);
    if (!page.has_more) return items;
    after = page.last_key;
  }
}
