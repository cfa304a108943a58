import { type JsonPage, openPage, type Page } from "@tenantry/core";

/** The part of a list that a command asks for. */
export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

const mostAtOnce = 200;

/** A page where a limit is given; else everything, page after page. */
export async function readPages<T>(
  { limit, cursor }: PageOptions,
  read: (page: { limit: number; cursor?: string }) => Promise<JsonPage>,
): Promise<Page<T>> {
  const items: T[] = [];
  for (let after = cursor; ; ) {
    const wanted = Math.min(mostAtOnce, (limit ?? Number.POSITIVE_INFINITY) - items.length);
    const page = openPage<T>(
      await read({ limit: wanted, ...(after === undefined ? {} : { cursor: after }) }),
    );
    for (const item of page.items) items.push(item);
    const isEnough = limit !== undefined && items.length >= limit;
    if (!page.has_more || page.next_cursor === null || isEnough) return { ...page, items };
    after = page.next_cursor;
  }
}

/** What stands below a list that goes on. */
export function formatRest({ next_cursor, has_more }: Page<unknown>): string {
  return has_more ? `\nThere are more: --cursor ${next_cursor}` : "";
}
