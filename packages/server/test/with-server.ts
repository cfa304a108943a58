import { afterAll, beforeAll } from "vitest";
import { type Client, createClient } from "./http-client.ts";
import { startTestServer, type TestServerOptions } from "./test-server.ts";

export interface ServerOfTheFile {
  readonly server: Awaited<ReturnType<typeof startTestServer>>;
  readonly client: Client;
}

/** One server for all tests of a file. Its parts are there once the tests run. */
export function withServer(options: TestServerOptions = {}): ServerOfTheFile {
  let server: ServerOfTheFile["server"] | undefined;
  let client: Client | undefined;
  beforeAll(async () => {
    server = await startTestServer(options);
    client = createClient(server.address);
  });
  afterAll(() => server?.stop());
  return {
    get server() {
      if (server === undefined) throw new Error("The server has not started");
      return server;
    },
    get client() {
      if (client === undefined) throw new Error("The server has not started");
      return client;
    },
  };
}
