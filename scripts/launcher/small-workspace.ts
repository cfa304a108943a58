import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A small workspace in its own folder, with the real launcher and an npm whose behaviour the test controls. */
export interface SmallWorkspace {
  readonly root: string;
  write(path: string, content: string | object): void;
  /** Starts `program.ts` through the launcher. */
  start(args?: readonly string[], env?: NodeJS.ProcessEnv): Started;
}

export interface Started {
  readonly ended: Promise<Outcome>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves as soon as the text has appeared on stdout or stderr. */
  hasSaid(text: string): Promise<void>;
}

export const lockedZod = { version: "4.0.0", integrity: "sha512-a" };

/** What `npm ci` does here: it waits, then installs what the lockfile names. */
const workingNpm = `
  import { appendFileSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
  import { spawnSync } from "node:child_process";
  writeFileSync("installing", "", { flag: "wx" });
  for (let i = 0; i < 3; i++) spawnSync(process.execPath, ["-e", ""]);
  mkdirSync("node_modules/zod", { recursive: true });
  copyFileSync("package-lock.json", "node_modules/.package-lock.json");
  appendFileSync("npm-calls", process.argv.slice(2).join(" ") + "\\n");
  rmSync("installing");
  console.log("added 1 package");
`;

export function createSmallWorkspace(): SmallWorkspace {
  const root = mkdtempSync(join(tmpdir(), "launcher-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, content: string | object) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const isText = typeof content === "string";
    writeFileSync(join(root, path), isText ? content : JSON.stringify(content), { mode: 0o755 });
  };
  cpSync(import.meta.dirname, join(root, "scripts", "launcher"), { recursive: true });
  write("package.json", { type: "module" });
  write("package-lock.json", { packages: { "node_modules/zod": lockedZod } });
  write("node_modules/.package-lock.json", { packages: { "node_modules/zod": lockedZod } });
  mkdirSync(join(root, "node_modules", "zod"));
  mkdirSync(join(root, "node_modules", ".bin"));
  symlinkSync(process.execPath, join(root, "node_modules", ".bin", "node"));
  write("npm-cli.js", workingNpm);
  return {
    root,
    write,
    start: (args = [], env = {}) =>
      watch(root, ["scripts/launcher/launch.mjs", "program.ts", ...args], {
        npm_execpath: join(root, "npm-cli.js"),
        ...env,
      }),
  };
}

/** Runs Node with arguments and collects its output. */
export function watch(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv): Started {
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A separate process group, so that the test can end everything that it starts.
    detached: true,
  });
  const pid = child.pid ?? Number.NaN;
  onTestFinished(() => endGroup(pid));
  let said = "";
  const listeners = new Set<() => void>();
  const hear = (chunk: string) => {
    said += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  const ended = new Promise<Pick<Outcome, "code" | "signal">>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  return {
    ended: Promise.all([ended, outputs]).then(([end, [stdout, stderr]]) => ({
      ...end,
      stdout,
      stderr,
    })),
    kill: (signal) => void child.kill(signal),
    hasSaid: (wanted) =>
      new Promise((resolve) => {
        const listener = () => {
          if (said.includes(wanted)) resolve();
        };
        listeners.add(listener);
        listener();
      }),
  };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!isGone) throw error;
  }
}
