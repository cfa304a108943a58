import { type JsonPage, openPage, type Page } from "@tenantry/core";

/** Which part of a list a command shows. */
export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

const mostAtOnce = 200;

/** One page if a limit is given, otherwise all of them. */
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

/** The line below a list that continues. */
export function formatRest({ next_cursor, has_more }: Page<unknown>): string {
  return has_more ? `\nThere are more: --cursor ${next_cursor}` : "";
}
