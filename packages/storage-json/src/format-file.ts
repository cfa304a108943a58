import { existsSync, readFileSync } from "node:fs";
import { schemaState } from "@tenantry/storage-sql";
import { damaged } from "./directory-error.ts";
import type { DirectoryLayout } from "./directory-layout.ts";
import { type PreparedFile, prepareFile } from "./durable-files.ts";

/** States which version wrote the files, so that a later version can upgrade them and an earlier one refuses them. */
export interface Format {
  /** The names of the migrations that made the schema of the tables' files. */
  readonly migrations: readonly string[];
  /** Files that are about to be replaced by new ones beside them. The next opening finishes the replacement. */
  readonly replacing?: readonly string[];
  /** Files of tables that are no more. They are removed when the others are replaced. */
  readonly removing?: readonly string[];
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
 * Undefined if there is none, because the directory is new or was made by the Python module.
 *
 * @throws {DomainError} `storage_damaged`; `storage_newer` if a later version wrote it.
 */
export function readFormat(layout: DirectoryLayout): Format | undefined {
  if (!existsSync(layout.format)) return undefined;
  let format: Partial<Format> | undefined;
  try {
    format = JSON.parse(readFileSync(layout.format, "utf8"));
  } catch {
    format = undefined;
  }
  const { migrations, replacing = [], removing = [] } = format ?? {};
  if (!isTexts(migrations) || !isTexts(replacing) || !isTexts(removing)) {
    throw damaged(layout.format, [{ place: "", detail: "does not say which version wrote it" }]);
  }
  // They are renamed and removed as they are named, and a directory may come from a stranger.
  const foreign = [...replacing, ...removing].find((name) => !ownFile.test(name));
  if (foreign !== undefined) {
    throw damaged(layout.format, [{ place: "", detail: `names ${foreign}, which is not its own` }]);
  }
  schemaState(migrations);
  return { migrations, replacing, removing };
}

/** A file of a table, of the events or of the journal. */
const ownFile = /^((tables|secrets)\/\w+\.json|\w+\.jsonl)$/;

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
