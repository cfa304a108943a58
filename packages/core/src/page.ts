import { z } from "zod";
import { DomainError } from "./errors.ts";

/** The input fields that every list shares. */
export const pageInput = {
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1000).optional(),
  skip: z.int().min(0).max(1_000_000).optional(),
  total: z.boolean().default(false),
};

export interface PageInput {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly skip?: number | undefined;
  readonly total: boolean;
}

/** A page of a list. `next_cursor` continues after the last item; `total` is present if it was requested. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
  readonly total?: number;
}

/**
 * A page whose items are JSON text, an array, as it comes from the database. That is two and a half times as fast as
 * turning rows into objects and objects into text.
 */
export interface JsonPage {
  readonly items_json: string;
  readonly next_cursor: string | null;
  readonly has_more: boolean;
  readonly total?: number;
}

/** What a storage is asked for: `limit` rows after the row `after` in the list's order, skipping `skip` of them first. */
export interface PageRequest {
  readonly limit: number;
  readonly after: string | null;
  readonly skip: number;
  readonly total: boolean;
}

/** What a storage returns: the items, the key of the last one, and whether there are more. */
export interface StoredPage {
  readonly items_json: string;
  readonly last_key: string | null;
  readonly has_more: boolean;
  readonly total?: number;
}

export function toPageRequest(input: PageInput): PageRequest {
  return {
    limit: input.limit,
    after: input.cursor === undefined ? null : openCursor(input.cursor),
    skip: input.skip ?? 0,
    total: input.total,
  };
}

export function toJsonPage(stored: StoredPage): JsonPage {
  return {
    items_json: stored.items_json,
    next_cursor: stored.has_more && stored.last_key !== null ? sealCursor(stored.last_key) : null,
    has_more: stored.has_more,
    ...(stored.total === undefined ? {} : { total: stored.total }),
  };
}

/** The page with its items as objects. The caller names the item type, which is the list's schema. */
export function openPage<T>(page: JsonPage): Page<T> {
  const { items_json, ...rest } = page;
  return { items: JSON.parse(items_json) as T[], ...rest };
}

/** Cursors are opaque to callers. The version allows another format later. */
const cursorVersion = "1";

function sealCursor(key: string): string {
  return Buffer.from(cursorVersion + key, "utf8").toString("base64url");
}

function openCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (
    !text.startsWith(cursorVersion) ||
    Buffer.from(text, "utf8").toString("base64url") !== cursor
  ) {
    throw new DomainError(
      "invalid_cursor",
      "cursor: use the next_cursor of an earlier page, or leave it out to begin at the start",
      { fields: [{ pointer: "/cursor", detail: "is not a cursor of this list" }] },
    );
  }
  return text.slice(cursorVersion.length);
}
