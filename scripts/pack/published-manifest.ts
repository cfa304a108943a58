import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Manifest = Readonly<Record<string, unknown>>;

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** A package's `package.json` for publication: with the compiled files instead of the sources. */
export function publishedManifest({
  devDependencies: _,
  exports,
  bin,
  ...manifest
}: Manifest): Manifest {
  return {
    ...manifest,
    ...(exports === undefined ? {} : { exports: mapPaths(exports, compiledEntry) }),
    ...(bin === undefined ? {} : { bin: mapPaths(bin, compiledFile) }),
    files: ["dist"],
  };
}

function compiledEntry(source: string): string | { types: string; default: string } {
  if (!/^\.\/src\/.*\.ts$/.test(source)) return source.replace(/^\.\/src\//, "./dist/");
  const file = compiledFile(source);
  return { types: file.replace(/\.js$/, ".d.ts"), default: file };
}

function compiledFile(source: string): string {
  return source.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, ".js");
}

/** Replaces the paths in `exports` or `bin` at any depth. */
function mapPaths(value: unknown, replace: (path: string) => unknown): unknown {
  if (typeof value === "string") return replace(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mapPaths(inner, replace)]),
  );
}
