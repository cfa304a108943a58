import { join } from "node:path";
import { DomainError } from "@tenantry/core";

/** Where the data is, as given in `DATABASE_URL`. */
export type DatabaseLocation =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string }
  | { readonly kind: "json"; readonly directory: string };

/**
 * Parses `sqlite:PATH`, `postgres://…` or `json:DIRECTORY`. Without a URL it is SQLite in the data directory.
 *
 * @param setting The name of the setting, for messages.
 * @throws {DomainError} `invalid_setting`.
 */
export function parseDatabaseUrl(
  url: string | undefined,
  dataDirectory: string,
  setting = "DATABASE_URL",
): DatabaseLocation {
  if (url === undefined) return { kind: "sqlite", path: join(dataDirectory, "tenantry.db") };
  const [scheme, rest] = splitAt(url, url.indexOf(":"));
  if (rest === "") throw invalid(url, setting);
  if (scheme === "sqlite") return { kind: "sqlite", path: withoutSlashes(rest) };
  if (scheme === "postgres" || scheme === "postgresql") return { kind: "postgres", url };
  if (scheme === "json") return { kind: "json", directory: withoutSlashes(rest) };
  throw invalid(url, setting);
}

/** The directory with the SQLite files of tenants that have a database of their own. */
export function tenantsDirectory(dataDirectory = "./data"): string {
  return join(dataDirectory, "tenants");
}

function splitAt(text: string, index: number): [string, string] {
  return [text.slice(0, Math.max(index, 0)), text.slice(index + 1)];
}

/** `sqlite:///var/lib/x.db` and `sqlite:/var/lib/x.db` are the same place. */
function withoutSlashes(path: string): string {
  return path.startsWith("//") ? path.slice(2) : path;
}

function invalid(url: string, setting: string): DomainError {
  // The URL may contain a password, so only the part before the colon is shown.
  const scheme = url.split(":")[0];
  return new DomainError(
    "invalid_setting",
    `${setting}: ${scheme}: is not a storage of this version; write sqlite:PATH, postgres://USER:PASSWORD@HOST/DATABASE or json:DIRECTORY`,
    {
      fields: [
        { pointer: `/${setting}`, detail: "is not sqlite:PATH, postgres://… or json:DIRECTORY" },
      ],
    },
  );
}

/** A location for messages, without a password. */
export function describeLocation(location: DatabaseLocation): string {
  if (location.kind === "sqlite") return `sqlite:${location.path}`;
  if (location.kind === "json") return `json:${location.directory}`;
  try {
    const url = new URL(location.url);
    if (url.password !== "") url.password = "…";
    url.search = "";
    return decodeURI(url.href);
  } catch {
    return "postgres:";
  }
}
