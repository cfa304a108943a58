import path from "node:path";
import type { Operation } from "../better-auth/in-process.ts";
import { type Child, startChild } from "../children/start-child.ts";
import type { Questions } from "../dataset/questions.ts";
import { openDataset } from "../dataset/shared-dataset.ts";
import type { Bench } from "../harness/bench.ts";
import type { LoadRequest } from "../load/load.ts";
import type { LoadedServer } from "../load/loader.ts";
import { copyDatabase } from "../references/copy-database.ts";
import { openFilledFile } from "./filled-file.ts";
import { makeOurRequests } from "./our-requests.ts";
import type { OpenedServer, ServerInput } from "./server.ts";

/** Our server in its own process, with the data of the run and signed-in users. */
export type OurServer = LoadedServer & {
  /** The same four questions as for the peer. */
  requests: Record<Operation, LoadRequest[]>;
  /** The answer to an allowed check, in bytes. */
  checkAnswer: string;
  close(): Promise<void>;
};

export function openOurServer(bench: Bench): Promise<OurServer> {
  return bench.share("our server", async () => {
    const [{ overHttp }, filled] = await Promise.all([openDataset(bench), openFilledFile(bench)]);
    const file = path.join(bench.directory, "server.db");
    copyDatabase(filled.file, file);
    const { child, origin, signedIn } = await startOurServer(file, usersOf(overHttp));
    const requests = makeOurRequests(overHttp, signedIn);
    const checkAnswer = await readGrantedCheck(origin, requests.check);
    return { origin, child, requests, checkAnswer, close: () => child.stop() };
  });
}

/** Starts our server on a file, in its own process, with these users signed in. */
export async function startOurServer(
  file: string,
  userIds: Iterable<string>,
): Promise<OpenedServer & { child: Child }> {
  const child = startChild(new URL("./server.ts", import.meta.url));
  const input: ServerInput = { file, userIds: [...userIds] };
  return { child, ...(await child.call<OpenedServer>("open", input)) };
}

function usersOf({ checks, listers, pages, creators }: Questions): Set<string> {
  const checkers = checks.map(({ userId }) => userId);
  return new Set([...checkers, ...listers, pages.userId, ...creators]);
}

async function readGrantedCheck(origin: string, checks: LoadRequest[]): Promise<string> {
  for (const { method, path: place, headers, body = "" } of checks) {
    const answer = await fetch(`${origin}${place}`, { method, headers, body });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`our server answered a check with ${text}`);
    if (JSON.parse(text).allowed === true) return text;
  }
  throw new Error("no check of the run is granted");
}
