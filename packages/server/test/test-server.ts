import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { type RunningServer, readSettings, startServer } from "../src/index.ts";

export const operatorKey = "operator-key-of-the-tests";

export interface TestServer extends RunningServer {
  /** The log so far, as text. */
  log(): string;
  readonly directory: string;
  /** A clock that stands still until it is moved. */
  readonly clock: { nowMs: number };
}

export interface TestServerOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** A directory of an earlier server, to start again on its data. */
  readonly directory?: string;
  /** Whether time is the test's. */
  readonly hasOwnClock?: boolean;
}

/** A real server on a port and a database of its own. `stop` takes the database along. */
export async function startTestServer(
  options: TestServerOptions = {},
): Promise<TestServer & { stop(): Promise<void> }> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "tenantry-server-"));
  const environment = {
    PORT: "0",
    HOST: "127.0.0.1",
    PUBLIC_URL: "http://tenantry.test",
    DATABASE_URL: `sqlite:${join(directory, "t.db")}`,
    TENANTRY_DATA_DIR: join(directory, "data"),
    TENANTRY_OPERATOR_KEY: operatorKey,
    TENANTRY_RATE_LIMIT_PER_MINUTE: "0",
    TENANTRY_AUTH_RATE_LIMIT_PER_MINUTE: "0",
    TENANTRY_FAILED_LOGIN_LIMIT: "0",
    ...options.environment,
  };
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const clock = { nowMs: Date.now() };
  const server = await startServer(readSettings(environment, directory), {
    log: pino({ level: "trace" }, sink),
    ...(options.hasOwnClock && { clock: () => clock.nowMs }),
  });
  return {
    ...server,
    directory,
    clock,
    log: () => lines.join(""),
    async stop() {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
