/**
 * Packs the packages for publication into a folder: `npm run pack -- FOLDER`.
 *
 * In the repository a package's exports name its TypeScript sources, so that nothing has to be built. Node
 * does not strip types from files under `node_modules`, so a packed package has JavaScript and declarations
 * in `dist`, and its exports name those.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { type Manifest, publishedManifest, readManifest } from "./published-manifest.ts";

const [destination, ...tooMuch] = process.argv.slice(2);
if (destination === undefined || tooMuch.length > 0) {
  console.error("usage: npm run pack -- FOLDER");
  process.exit(2);
}

const stage = mkdtempSync(join(tmpdir(), "tenantry-pack-"));
try {
  mkdirSync(destination, { recursive: true });
  run(
    process.execPath,
    "node_modules/typescript/bin/tsc",
    "-p",
    "tsconfig.pack.json",
    "--outDir",
    stage,
  );
  const folders = globSync("packages/*/package.json").map((file) => resolve(file, ".."));
  const packed = folders.map((folder) => stagePackage(folder, join(stage, basename(folder))));
  run("npm", "pack", "--loglevel=error", "--pack-destination", resolve(destination), ...packed);
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** Collects the files of a package to publish, in the directory with its compiled code. */
function stagePackage(folder: string, staged: string): string {
  const isCode = /\.(ts|js|mjs)$/;
  cpSync(join(folder, "src"), join(staged, "src"), {
    recursive: true,
    filter: (path) => !isCode.test(path),
  });
  cpSync(join(staged, "src"), join(staged, "dist"), { recursive: true });
  rmSync(join(staged, "src"), { recursive: true });
  cpSync("LICENSE", join(staged, "LICENSE"));
  for (const readme of globSync("README.md", { cwd: folder })) {
    cpSync(join(folder, readme), join(staged, readme));
  }
  const manifest: Manifest = publishedManifest(readManifest(folder));
  writeFileSync(join(staged, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return staged;
}

function run(command: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args[0]} failed.`);
}
