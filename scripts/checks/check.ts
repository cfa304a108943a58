/**
 * Runs all static checks at the same time and shows the output of those that fail: `npm run check`, or
 * `npm run check -- NAME …` for some of them.
 */
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { findWrongImports } from "./import-direction.ts";
import { findUnwantedLicenses, readLockedPackages } from "./licenses.ts";

interface CheckResult {
  readonly isFine: boolean;
  readonly output: string;
}

const root = process.cwd();
/** Whether the output is a terminal, which shows colours. */
const isSeen = process.stdout.isTTY === true;

const checks: Record<string, () => Promise<CheckResult> | CheckResult> = {
  types: () => runTool("typescript/bin/tsc", "--project", ".", "--pretty", String(isSeen)),
  lint: () =>
    runTool(
      "@biomejs/biome/bin/biome",
      "check",
      "--error-on-warnings",
      "--max-diagnostics=200",
      isSeen ? "--colors=force" : "--colors=off",
    ),
  unused: () => runTool("knip/bin/knip.js", "--no-config-hints"),
  imports: () =>
    listFaults(
      globSync("packages/*/src/**/*.ts").flatMap((path) =>
        findWrongImports(path.replaceAll("\\", "/"), readFileSync(path, "utf8")),
      ),
    ),
  openapi: () => runTool("@redocly/cli/bin/cli.js", "lint", "packages/contract/openapi.json"),
  licences: () => listFaults(findUnwantedLicenses(readLockedPackages(root))),
};

const unknown = process.argv.slice(2).filter((name) => checks[name] === undefined);
if (unknown.length > 0) {
  console.error(
    `No such check: ${unknown.join(", ")}. There are: ${Object.keys(checks).join(", ")}`,
  );
  process.exit(2);
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
const results = await Promise.all(
  wanted.map(async (name) => ({ name, ...(await checks[name]?.()) })),
);
for (const { name, isFine, output } of results) {
  if (!isFine) console.log(output);
  console.log(`${isFine ? "ok  " : "FAIL"} ${name}`);
}
if (results.some(({ isFine }) => !isFine)) process.exitCode = 1;

/** Runs a tool of the workspace, by its path, with the Node that runs this script. */
async function runTool(path: string, ...args: readonly string[]): Promise<CheckResult> {
  const child = spawn(process.execPath, [`node_modules/${path}`, ...args], {
    cwd: root,
    // Redocly is the only tool that would send telemetry.
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [code, out, err] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  return { isFine: code === 0, output: `${out}${err}`.trimEnd() };
}

function listFaults(faults: readonly string[]): CheckResult {
  return { isFine: faults.length === 0, output: faults.join("\n") };
}
