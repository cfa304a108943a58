import type { Usage } from "../children/serve-parent.ts";
import { type Child, startChild } from "../children/start-child.ts";
import type { Bench } from "../harness/bench.ts";
import type { Reading } from "../harness/row.ts";
import type { LoadAnswer, LoadInput, LoadRequest } from "./load.ts";

/** A server in a process of its own that answers `usage`. */
export type LoadedServer = { origin: string; child: Child };

export type Loader = {
  /** Answers a second, and how much of a core the server used for them. */
  measure(server: LoadedServer, requests: LoadRequest[], connections: number): Promise<Reading>;
  /** So many requests as a round has; nothing but that they were answered is measured. */
  ask(origin: string, requests: LoadRequest[], connections: number): Promise<void>;
  close(): Promise<void>;
};

/** The load comes from a process that is neither of the two servers, the same one for both. */
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
