import { join } from "node:path";
import { DomainError } from "@tenantry/core";

/** Where data lives, as `DATABASE_URL` says it. */
export type DatabaseLocation =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string }
  | { readonly kind: "json"; readonly directory: string };

/**
 * Reads `sqlite:PATH`, `postgres://…` and `json:DIRECTORY`. Without a URL it is SQLite in the data directory.
 *
 * @param setting Where it was written, for messages.
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

/** Where tenants have databases of their own as SQLite files. */
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
  // The URL may hold a password, so only what stands before the colon is shown.
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

/** A place in words that may be shown: without a password. */
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
