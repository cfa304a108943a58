import { createAttackClient } from "../denials.ts";
import type { TestServerOptions } from "../test-server.ts";
import { type ServerOfTheFile, withServer } from "../with-server.ts";

/** As {@link withServer}, with the client for attacks, which looks at the security log after every answer. */
export function withAttackedServer(options: TestServerOptions = {}): ServerOfTheFile {
  const test = withServer(options);
  return {
    get server() {
      return test.server;
    },
    get client() {
      return createAttackClient(test.server);
    },
  };
}
