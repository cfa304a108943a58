import { existsSync, readFileSync } from "node:fs";
import { schemaState } from "@tenantry/storage-sql";
import { damaged } from "./directory-error.ts";
import type { DirectoryLayout } from "./directory-layout.ts";
import { type PreparedFile, prepareFile } from "./durable-files.ts";

/** By which a later version knows what it has before it, and an earlier one that it must not touch it. */
export interface Format {
  /** Those that made the schema of the tables' files, by name. */
  readonly migrations: readonly string[];
  /** Files of ours about to be replaced by those of this format, which lie beside them: whoever opens goes on with it. */
  readonly replacing?: readonly string[];
}

export async function prepareFormat(
  { format }: DirectoryLayout,
  content: Format,
): Promise<PreparedFile> {
  const about =
    "Written by Tenantry. Change organizations.json and org_users.json, not these files.";
  const text = JSON.stringify({ about, format: 1, ...content }, null, 2);
  return await prepareFile(format, [Buffer.from(`${text}\n`)]);
}

/**
 * Undefined where there is none: a directory that is new or that the Python module made.
 *
 * @throws {DomainError} `storage_damaged`; `storage_newer` where a later version wrote it.
 */
export function readFormat(layout: DirectoryLayout): Format | undefined {
  if (!existsSync(layout.format)) return undefined;
  let format: Partial<Format> | undefined;
  try {
    format = JSON.parse(readFileSync(layout.format, "utf8"));
  } catch {
    format = undefined;
  }
  const { migrations, replacing = [] } = format ?? {};
  if (!isTexts(migrations) || !isTexts(replacing)) {
    throw damaged(layout.format, [{ place: "", detail: "does not say which version wrote it" }]);
  }
  schemaState(migrations);
  return { migrations, replacing };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
