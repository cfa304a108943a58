/**
 * Finds dependencies whose licence is not on the list of accepted ones.
 *
 * The lockfile names every package, including those for other platforms, with its declared licence. For
 * the few without one, the installed package is read.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

/** Licences that bind only those who distribute a package. These packages are only used here and not distributed. */
const allowedForDevelopment: ReadonlySet<string> = new Set(["CC-BY-4.0", "MPL-2.0"]);

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  /** Set for a package that is present only as a peer dependency, which users of the package install themselves. */
  readonly peer?: boolean;
  readonly link?: boolean;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

export function readLockedPackages(root: string): LockedPackages {
  const { packages }: { packages: LockedPackages } = readJson(join(root, "package-lock.json"));
  const described = Object.entries(packages).map(([path, locked]) => {
    const isOurs = !path.startsWith("node_modules/") || locked.link === true;
    if (isOurs || locked.license !== undefined) return [path, locked] as const;
    return [path, { ...locked, ...readInstalledLicense(join(root, path)) }] as const;
  });
  return Object.fromEntries(described);
}

export function findUnwantedLicenses(packages: LockedPackages): readonly string[] {
  return Object.entries(packages).flatMap(([path, { version, license, dev, peer, link }]) => {
    if (!path.startsWith("node_modules/") || link === true) return [];
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    if (license === undefined) return [`${name} ${version} does not say what its licence is.`];
    if (isAllowed(license, dev === true || peer === true)) return [];
    return [`${name} ${version} comes under ${license}.`];
  });
}

/** Evaluates the SPDX expressions that packages use: OR and AND. */
function isAllowed(expression: string, isForDevelopment: boolean): boolean {
  return expression
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((alternative) =>
      alternative
        .split(" AND ")
        .every(
          (name) => allowed.has(name) || (isForDevelopment && allowedForDevelopment.has(name)),
        ),
    );
}

function readInstalledLicense(folder: string): { license?: string } {
  const { license, licenses } = readJson<{
    license?: string | { type: string };
    licenses?: readonly { type: string }[];
  }>(join(folder, "package.json"));
  if (typeof license === "string") return { license };
  const names = [license, ...(licenses ?? [])].flatMap((one) => (one ? [one.type] : []));
  return names.length === 0 ? {} : { license: names.join(" OR ") };
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8"));
}
