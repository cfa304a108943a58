import type { Operation } from "../better-auth/in-process.ts";
import type { Bench } from "../harness/bench.ts";
import type { LoadRequest } from "../load/load.ts";
import type { LoadedServer } from "../load/loader.ts";

/** Our server in a process of its own, filled with the data of the run, its users signed in. */
export type OurServer = LoadedServer & {
  /** The same four questions that the peer is asked. */
  requests: Record<Operation, LoadRequest[]>;
  /** The bytes of a check that is granted. */
  checkAnswer: string;
  close(): Promise<void>;
};

export function openOurServer(_bench: Bench): Promise<OurServer> {
  return Promise.reject(new Error("our server does not plug in yet"));
}
