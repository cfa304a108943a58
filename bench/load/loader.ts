import type { Usage } from "../children/serve-parent.ts";
import { type Child, startChild } from "../children/start-child.ts";
import type { Bench } from "../harness/bench.ts";
import type { Reading } from "../harness/row.ts";
import type { LoadAnswer, LoadInput, LoadRequest } from "./load.ts";

/** A server in its own process that reports its `usage`. */
export type LoadedServer = { origin: string; child: Child };

export type Loader = {
  /** Answers per second, and the share of a core that the server used. */
  measure(server: LoadedServer, requests: LoadRequest[], connections: number): Promise<Reading>;
  /** Sends one round's number of requests without measuring them. Fails if one is not answered. */
  ask(origin: string, requests: LoadRequest[], connections: number): Promise<void>;
  close(): Promise<void>;
};

/** The load comes from a third process, the same one for both servers. */
export function openLoader(bench: Bench): Promise<Loader> {
  return bench.share("load", async () => {
    const child = startChild(new URL("./load.ts", import.meta.url));
    return {
      async measure(server: LoadedServer, requests: LoadRequest[], connections: number) {
        const input: LoadInput = {
          origin: server.origin,
          connections,
          length: { seconds: bench.roundSeconds },
          requests,
        };
        const before = await server.child.call<Usage>("usage");
        const { perSecond } = await child.call<LoadAnswer>("load", input);
        const after = await server.child.call<Usage>("usage");
        const busy = (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs);
        return { value: perSecond, busy };
      },
      async ask(origin: string, requests: LoadRequest[], connections: number) {
        const length = { requests: bench.roundRequests };
        const input: LoadInput = { origin, connections, length, requests };
        await child.call<LoadAnswer>("load", input);
      },
      close: () => child.stop(),
    };
  });
}
