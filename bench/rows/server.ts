import path from "node:path";
import type { Usage } from "../children/serve-parent.ts";
import type { Child } from "../children/start-child.ts";
import type { Row } from "../harness/row.ts";
import { startBareFastify } from "../http/open-bare-fastify.ts";
import type { LoadRequest } from "../load/load.ts";
import { type Loader, openLoader } from "../load/loader.ts";
import { openFilledFile } from "../ours/filled-file.ts";
import { openImportedFile } from "../ours/imported-file.ts";
import { makeCheckRequests } from "../ours/our-requests.ts";
import { startOurServer } from "../ours/our-server.ts";
import { type StartedServer, startServeCommand } from "../ours/serve-command.ts";
import { copyDatabase } from "../references/copy-database.ts";

const connections = 64;
const mebibyte = 1_024 * 1_024;
const anyAnswer = '{"allowed":true,"roles":["owner"],"revision":1}';
const anyQuestion: LoadRequest = {
  method: "POST",
  path: "/api/v1/check",
  headers: { "content-type": "application/json" },
  body: "{}",
};

/** Each round starts a new process, so that no round inherits memory from another. */
export const serverRows: Row[] = [
  {
    id: "server-memory",
    compares:
      "Resident memory of the server after the import and 100,000 checks, compared with a bare Fastify route after the same number of requests; less is better.",
    unit: "MiB",
    goal: null,
    openOurs: async (bench) => {
      const [loader, imported] = await Promise.all([openLoader(bench), openImportedFile(bench)]);
      const userIds = new Set(imported.checks.map(({ userId }) => userId));
      return async (turn) => {
        const file = path.join(bench.directory, `memory-${turn}.db`);
        copyDatabase(imported.file, file);
        const { child, origin, signedIn } = await startOurServer(file, userIds);
        const requests = makeCheckRequests(imported.checks, signedIn);
        return { value: await measureMemory(loader, { child, origin }, requests) };
      };
    },
    openReference: async (bench) => {
      const loader = await openLoader(bench);
      return async () => {
        const server = await startBareFastify(anyAnswer);
        return { value: await measureMemory(loader, server, [anyQuestion]) };
      };
    },
  },
  {
    id: "server-start",
    compares:
      "Time from the start of the process to the first answer of tenantry serve on 10,000 organizations, compared with a bare Fastify route; less is better.",
    unit: "ms",
    goal: null,
    openOurs: async (bench) => {
      const { file } = await openFilledFile(bench);
      const copy = path.join(bench.directory, "start.db");
      copyDatabase(file, copy);
      return async () => ({ value: await measureStart(() => startServeCommand(copy), askHealth) });
    },
    openReference: async () => async () => ({
      value: await measureStart(async () => {
        const { origin, close } = await startBareFastify(anyAnswer);
        return { origin, stop: close };
      }, askCheck),
    }),
  },
];

async function measureMemory(
  loader: Loader,
  server: { child: Child; origin: string },
  requests: LoadRequest[],
): Promise<number> {
  try {
    await loader.ask(server.origin, requests, connections);
    const { residentBytes } = await server.child.call<Usage>("usage");
    return residentBytes / mebibyte;
  } finally {
    await server.child.stop();
  }
}

async function measureStart(
  start: () => Promise<StartedServer>,
  ask: (origin: string) => Promise<Response>,
): Promise<number> {
  const begin = performance.now();
  const server = await start();
  const answer = await ask(server.origin);
  const duration = performance.now() - begin;
  await server.stop();
  if (!answer.ok) throw new Error(`the first answer of ${server.origin} was ${answer.status}`);
  return duration;
}

const askHealth = (origin: string) => fetch(`${origin}/livez`);

function askCheck(origin: string): Promise<Response> {
  const { method, path: place, headers, body = "" } = anyQuestion;
  return fetch(origin + place, { method, headers, body });
}
