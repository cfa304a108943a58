import { startChild } from "../children/start-child.ts";
import type { Bench } from "../harness/bench.ts";
import type { LoadedServer } from "../load/loader.ts";
import type { BareInput } from "./bare-fastify.ts";

export type BareFastify = LoadedServer & { close(): Promise<void> };

/** Starts a process with a bare Fastify route that answers every check with these bytes. */
export function openBareFastify(bench: Bench, answer: string): Promise<BareFastify> {
  return bench.share("bare-fastify", () => startBareFastify(answer));
}

export async function startBareFastify(answer: string): Promise<BareFastify> {
  const child = startChild(new URL("./bare-fastify.ts", import.meta.url));
  const input: BareInput = { answer };
  const { origin } = await child.call<{ origin: string }>("open", input);
  return { origin, child, close: () => child.stop() };
}
