import { pageInput } from "@tenantry/core";
import { z } from "zod";

function pageSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
    total: z.int().optional(),
  });
}

type PageSchema<T extends z.ZodType> = ReturnType<typeof pageSchema<T>>;

const pages = new Map<z.ZodType, z.ZodType>();

/** The answer of a list; `total` is present where it was asked for. One item schema always gives the same page schema, so that it has one name in the document. */
export function pageOf<T extends z.ZodType>(item: T): PageSchema<T> {
  const known = pages.get(item) as PageSchema<T> | undefined;
  if (known !== undefined) return known;
  const page = pageSchema(item);
  pages.set(item, page);
  return page;
}

/** The query of a list that has no filters. */
export const pageQuery = z.strictObject(pageInput);
