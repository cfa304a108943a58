import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished, vi } from "vitest";

// A test starts a dozen processes, maybe on a machine that is busy.
vi.setConfig({ testTimeout: 180_000 });

export const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export const fixture = fileURLToPath(new URL("./github-organizations.json", import.meta.url));

/** Shared by the processes of all tests: compiling is half of what a start takes. */
const compileCache = join(tmpdir(), "tenantry-cli-compile-cache");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of the test's own, gone with it. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-cli-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with what it has written to standard output as soon as that matches. */
  untilSaid(pattern: RegExp): Promise<string>;
}

/** Starts the command line as a process of its own, in a directory that has no settings. */
export function start(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: "pipe",
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    child,
    ended,
    untilSaid: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.test(stdout) && resolve(stdout);
        child.stdout.on("data", look);
        child.once("close", () =>
          reject(new Error(`It ended and never said ${pattern}: ${stderr}`)),
        );
        look();
      }),
  };
}

/** Runs a command to its end; `input` is what it reads from standard input. */
export async function run(
  directory: string,
  args: readonly string[],
  { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const { child, ended } = start(directory, args, env);
  child.stdin?.end(input);
  return await ended;
}

/** Runs a command with `--json`, which must end well and answer with one document. */
// biome-ignore lint/suspicious/noExplicitAny: what is read from it is what the test expects of it
export async function runJson(directory: string, args: readonly string[]): Promise<any> {
  const { code, stdout, stderr } = await run(directory, [...args, "--json"]);
  if (code !== 0 || stderr !== "")
    throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
