import { startChild } from "../children/start-child.ts";
import type { Questions } from "../dataset/questions.ts";
import type { Bench } from "../harness/bench.ts";
import type { LoadRequest } from "../load/load.ts";
import type { LoadedServer } from "../load/loader.ts";
import type { Operation } from "./in-process.ts";
import { installBetterAuth } from "./install.ts";
import { makePeerRequests } from "./requests.ts";
import type { InProcessInput, OpenAnswer, OpenInput } from "./server.ts";

export type Peer = LoadedServer & {
  requests: Record<Operation, LoadRequest[]>;
  /** Calls per second of `auth.api` in the server's own process, with one caller. */
  measureInProcess(operation: Operation, durationMs: number): Promise<number>;
  close(): Promise<void>;
};

/** Starts Better Auth in its own process with the data of the run. */
export function openPeer(bench: Bench, questions: Questions): Promise<Peer> {
  return bench.share("better-auth", async () => {
    await installBetterAuth();
    const child = startChild(new URL("./server.ts", import.meta.url));
    const input: OpenInput = { directory: bench.directory, questions };
    const opened = await child.call<OpenAnswer>("open", input);
    return {
      origin: opened.origin,
      child,
      requests: makePeerRequests(questions, opened),
      measureInProcess(operation: Operation, durationMs: number) {
        const call: InProcessInput = { operation, durationMs };
        return child.call<number>("measureInProcess", call);
      },
      close: () => child.stop(),
    };
  });
}
