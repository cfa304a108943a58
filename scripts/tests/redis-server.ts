import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A separate Redis server without persistence. */
export interface OwnRedis {
  readonly url: string;
  start(): Promise<void>;
  /** Kills it at once; its data is lost. */
  stop(): Promise<void>;
  /** Suspends it, as on an overloaded machine. Connections stay open. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

/**
 * The path of the Redis or Valkey program of the system, because no registry package has one; `.ci/run` installs it. Undefined
 * if there is none: a test that is skipped for that must say so.
 */
export function findRedisProgram(): string | undefined {
  return ["redis-server", "valkey-server"].find((name) => {
    try {
      return execFileSync(name, ["--version"], { stdio: "pipe" }).length > 0;
    } catch {
      return false;
    }
  });
}

/** The reason to skip tests that need Redis; undefined if they can run. In continuous integration they fail instead of being skipped. */
export const withoutRedis: string | undefined =
  findRedisProgram() === undefined && !process.env.CI
    ? "neither redis-server nor valkey-server is on PATH; install one (apt-get install redis-server)"
    : undefined;

export async function startRedis(): Promise<OwnRedis> {
  const program = findRedisProgram();
  if (program === undefined) {
    throw new Error("Redis is missing: install redis-server or valkey-server");
  }
  const directory = mkdtempSync(join(tmpdir(), "tenantry-redis-"));
  const port = await findFreePort();
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory];
    const started = spawn(program as string, args, { stdio: ["ignore", "pipe", "inherit"] });
    server = started;
    await new Promise<void>((resolve, reject) => {
      started.once("exit", () => reject(new Error("Redis did not start")));
      started.stdout.on("data", (text) => {
        if (String(text).includes("Ready to accept connections")) resolve();
      });
    });
  }

  async function stop(): Promise<void> {
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
    server = undefined;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    freeze: () => void server?.kill("SIGSTOP"),
    thaw: () => void server?.kill("SIGCONT"),
    async remove() {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
