/**
 * Packages are layers and folders are features. The rules here say which may import which.
 *
 * Tests are exempt, because they combine several layers. Biome checks which external packages a package
 * may use (`noUndeclaredDependencies`, `noRestrictedImports`).
 */
import { posix } from "node:path";
import { parseSync } from "oxc-parser";

const layersAreIn = "The layers are in scripts/checks/import-direction.ts.";

/** The workspace packages that each workspace package may import. */
const layers: Record<string, readonly string[]> = {
  core: [],
  "storage-sql": ["core"],
  "storage-sqlite": ["core", "storage-sql"],
  "storage-postgres": ["core", "storage-sql"],
  "storage-json": ["core", "storage-sql", "storage-sqlite"],
  "storage-placed": ["core", "storage-sqlite", "storage-postgres"],
  "storage-testkit": ["core"],
  contract: ["core"],
  "cache-redis": ["core"],
  tenantry: [
    "core",
    "cache-redis",
    "storage-sqlite",
    "storage-postgres",
    "storage-json",
    "storage-placed",
  ],
  server: ["core", "cache-redis", "contract", "tenantry"],
  sdk: ["core", "contract"],
  cli: ["core", "tenantry", "server"],
  "org-manager": ["core", "tenantry"],
};

/** One import of a file. */
interface Import {
  readonly line: number;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  /** The imported names, as the other file exports them. */
  readonly names: readonly string[];
  readonly from: Place;
  /** The file that a relative import refers to; undefined for an import of a package by name. */
  readonly to: Place | undefined;
}

/** The properties of a source file that follow from its path. */
interface Place {
  readonly package: string;
  /** The first folder under `src`; undefined for a file directly in `src`. */
  readonly feature: string | undefined;
  readonly role: Role;
}

/** What a file holds. `members/members.ts` holds use cases; files directly in core's `src`, such as `store.ts`, are the engine that those run on. */
type Role = "schema" | "policy" | "store" | "routes" | "use cases" | "engine" | "other";

interface Rule {
  readonly says: string;
  readonly isBrokenBy: (one: Import) => boolean;
}

const rules: readonly Rule[] = [
  {
    says: `A package imports only the layers below it. ${layersAreIn}`,
    isBrokenBy: ({ specifier, from }) => {
      const imported = workspacePackageOf(specifier);
      return (
        imported !== undefined &&
        imported !== from.package &&
        !layers[from.package]?.includes(imported)
      );
    },
  },
  {
    says: "Another package is imported by its name, never by the path to its files.",
    isBrokenBy: ({ from, to }) => to !== undefined && to.package !== from.package,
  },
  {
    says: "A feature reaches another feature's data through its use cases, never through its store.",
    isBrokenBy: ({ from, to, names }) =>
      to?.role === "store" &&
      from.feature !== undefined &&
      to.feature !== from.feature &&
      names.some((name) => name.endsWith("Store")),
  },
  {
    says: "A store is a port: it imports types only.",
    isBrokenBy: ({ from, isTypeOnly }) => from.role === "store" && !isTypeOnly,
  },
  {
    says: "A schema knows fields and other schemas, nothing that acts.",
    isBrokenBy: ({ from, to }) => from.role === "schema" && to !== undefined && acts(to),
  },
  {
    says: "A policy decides from what it is given: it calls no use case, no store, no engine.",
    isBrokenBy: ({ from, to, isTypeOnly }) =>
      from.role === "policy" && !isTypeOnly && to !== undefined && acts(to),
  },
  {
    says: "A route speaks to the engine that it is given; only the server's start opens one.",
    isBrokenBy: ({ from, specifier }) =>
      from.role === "routes" && workspacePackageOf(specifier) === "tenantry",
  },
];

function acts({ role }: Place): boolean {
  return role === "use cases" || role === "store" || role === "engine" || role === "routes";
}

/**
 * Returns the imports of a source file that break a rule, one line each.
 *
 * @param path The path in the repository: `packages/core/src/members/members.ts`.
 */
export function findWrongImports(path: string, source: string): readonly string[] {
  const from = placeOf(path);
  if (from === undefined) return [];
  if (layers[from.package] === undefined) {
    return [`${path}:1 stands in a package without a layer. ${layersAreIn}`];
  }
  return importsOf(path, source, from).flatMap((one) =>
    rules
      .filter((rule) => rule.isBrokenBy(one))
      .map((rule) => `${path}:${one.line} imports "${one.specifier}". ${rule.says}`),
  );
}

function placeOf(path: string): Place | undefined {
  const match = /^packages\/([^/]+)\/src\/(.+)\.ts$/.exec(path);
  const [, packageName, rest] = match ?? [];
  if (packageName === undefined || rest === undefined || rest.endsWith(".test")) return undefined;
  const feature = rest.includes("/") ? rest.slice(0, rest.indexOf("/")) : undefined;
  return { package: packageName, feature, role: roleOf(posix.basename(rest), feature) };
}

function roleOf(name: string, feature: string | undefined): Role {
  const suffix = name.slice(name.lastIndexOf(".") + 1);
  if (feature === undefined) return /^(store|context|mutation)$/.test(name) ? "engine" : "other";
  if (/^(schema|policy|store|routes)$/.test(suffix) && suffix !== name) return suffix as Role;
  return name === feature ? "use cases" : "other";
}

function importsOf(path: string, source: string, from: Place): readonly Import[] {
  const { module } = parseSync(path, source);
  const found = [
    ...module.staticImports.map(({ start, moduleRequest, entries }) => ({
      start,
      specifier: moduleRequest.value,
      isTypeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
      names: entries.flatMap(({ importName }) => importName.name ?? []),
    })),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ start, moduleRequest, isType, importName }) => {
        const names = importName.name === null ? [] : [importName.name];
        if (moduleRequest === null) return [];
        return [{ start, specifier: moduleRequest.value, isTypeOnly: isType, names }];
      }),
    ...module.dynamicImports.map(({ start, moduleRequest }) => ({
      start,
      specifier: source.slice(moduleRequest.start + 1, moduleRequest.end - 1),
      isTypeOnly: false,
      names: [],
    })),
  ];
  return found.map(({ start, specifier, ...rest }) => ({
    ...rest,
    line: source.slice(0, start).split("\n").length,
    specifier,
    from,
    to: specifier.startsWith(".") ? placeOf(posix.join(posix.dirname(path), specifier)) : undefined,
  }));
}

function workspacePackageOf(specifier: string): string | undefined {
  const [, name] = /^(?:@tenantry\/)?([^/]+)/.exec(specifier) ?? [];
  const isOurs = specifier.startsWith("@tenantry/") || name === "tenantry";
  return isOurs ? name : undefined;
}
