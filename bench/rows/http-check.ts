import type { Row } from "../harness/row.ts";
import { openBareFastify } from "../http/open-bare-fastify.ts";
import { openLoader } from "../load/loader.ts";
import { openOurServer } from "../ours/our-server.ts";

const connections = 64;

export const httpCheckRows: Row[] = [
  {
    id: "http-check",
    compares:
      "POST /api/v1/check with a verified token and session, answered from memory, compared with a bare Fastify route that parses the same body and sends the same bytes; 64 connections.",
    unit: "requests/s",
    goal: 0.85,
    openOurs: async (bench) => {
      const [loader, ours] = await Promise.all([openLoader(bench), openOurServer(bench)]);
      return () => loader.measure(ours, ours.requests.check, connections);
    },
    openReference: async (bench) => {
      const [loader, ours] = await Promise.all([openLoader(bench), openOurServer(bench)]);
      const bare = await openBareFastify(bench, ours.checkAnswer);
      return () => loader.measure(bare, ours.requests.check, connections);
    },
  },
];
