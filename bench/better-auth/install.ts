import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";

const directory = import.meta.dirname;

/** Installs the peer from its own lockfile if it is missing or has another version. */
export async function installBetterAuth(): Promise<void> {
  if (isInstalled()) return;
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // Inside `npm run` the environment points to the outer project, so the prefix names this one.
  const install = spawn(npm, ["ci", "--prefix", directory, "--ignore-scripts"], {
    cwd: directory,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(install, "exit");
  if (code !== 0 || !isInstalled()) {
    throw new Error(`better-auth could not be installed: run npm ci in ${directory}`);
  }
}

/** npm writes the inner lockfile last, so an interrupted installation is not mistaken for a complete one. */
function isInstalled(): boolean {
  const wanted = readVersions(path.join(directory, "package-lock.json"));
  const installed = readVersions(path.join(directory, "node_modules", ".package-lock.json"));
  return isDeepStrictEqual(wanted, installed);
}

function readVersions(lockfile: string): Record<string, string> | undefined {
  if (!existsSync(lockfile)) return undefined;
  const { packages } = JSON.parse(readFileSync(lockfile, "utf8")) as {
    packages: Record<string, { version?: string }>;
  };
  const named = Object.entries(packages).filter(([place]) => place !== "");
  return Object.fromEntries(named.map(([place, { version }]) => [place, version ?? ""]));
}
