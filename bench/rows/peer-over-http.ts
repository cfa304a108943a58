import { openPeer } from "../better-auth/peer.ts";
import { openDataset } from "../dataset/shared-dataset.ts";
import type { Row } from "../harness/row.ts";
import { openLoader } from "../load/loader.ts";
import { openOurServer } from "../ours/our-server.ts";
import { peerOperations } from "./peer-operations.ts";

const concurrency = 16;

/** The same four questions to both servers over HTTP, 16 at a time. */
export const peerOverHttpRows: Row[] = peerOperations.map(({ operation, what, from, goal }) => ({
  id: `peer-http-${operation}`,
  compares: `${what} over HTTP at concurrency 16${from}, compared with better-auth's organization plugin on SQLite.`,
  unit: "requests/s",
  goal,
  openOurs: async (bench) => {
    const [loader, ours] = await Promise.all([openLoader(bench), openOurServer(bench)]);
    return () => loader.measure(ours, ours.requests[operation], concurrency);
  },
  openReference: async (bench) => {
    const { overHttp } = await openDataset(bench);
    const [loader, peer] = await Promise.all([openLoader(bench), openPeer(bench, overHttp)]);
    return () => loader.measure(peer, peer.requests[operation], concurrency);
  },
}));
