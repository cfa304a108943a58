import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { toNodeHandler } from "better-auth/node";
import { readUsage, serveParent } from "../children/serve-parent.ts";
import { makeDataset } from "../dataset/dataset.ts";
import type { Questions } from "../dataset/questions.ts";
import { openBetterAuth } from "./auth.ts";
import { fillBetterAuth } from "./fill.ts";
import { measureInProcess, type Operation } from "./in-process.ts";
import { type SignedIn, signIn } from "./sessions.ts";

export type OpenInput = { directory: string; questions: Questions };
export type OpenAnswer = { origin: string; signedIn: SignedIn[] };
export type InProcessInput = { operation: Operation; durationMs: number };

type Opened = Awaited<ReturnType<typeof openBetterAuth>> & OpenInput & OpenAnswer;
let opened: Opened | undefined;

serveParent({ open, usage: readUsage, measureInProcess: measureOpened });

/** A plain node:http server with the library's own handler and nothing in between. */
async function open({ directory, questions }: OpenInput): Promise<OpenAnswer> {
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const peer = await openBetterAuth(path.join(directory, "better-auth.db"), origin);
  fillBetterAuth(peer.database, makeDataset());
  const signedIn: SignedIn[] = [];
  for (const userId of usersOf(questions)) {
    signedIn.push(await signIn(peer.auth, origin, userId));
  }
  listener = toNodeHandler(peer.auth);
  opened = { ...peer, directory, questions, origin, signedIn };
  return { origin, signedIn };
}

function usersOf({ checks, listers, pages, creators }: Questions): Set<string> {
  const checkers = checks.map((question) => question.userId);
  return new Set([...checkers, ...listers, pages.userId, ...creators]);
}

async function measureOpened({ operation, durationMs }: InProcessInput): Promise<number> {
  if (!opened) throw new Error("open comes first");
  const { auth, questions, signedIn } = opened;
  return await measureInProcess(auth, operation, questions, signedIn, durationMs);
}
