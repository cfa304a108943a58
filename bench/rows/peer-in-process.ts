import type { Operation } from "../better-auth/in-process.ts";
import { openPeer } from "../better-auth/peer.ts";
import type { Questions } from "../dataset/questions.ts";
import { openDataset } from "../dataset/shared-dataset.ts";
import { measureRateOfCallers } from "../harness/rate.ts";
import type { Row } from "../harness/row.ts";
import { type OurLibrary, openOurLibrary } from "../ours/our-library.ts";
import { peerOperations } from "./peer-operations.ts";

/** The two libraries without HTTP, with one caller, to compare with the rows over HTTP. */
export const peerInProcessRows: Row[] = peerOperations.map(({ operation, what }) => ({
  id: `peer-in-process-${operation}`,
  compares: `${what} by a call in the process, one caller, compared with better-auth's auth.api.`,
  unit: "calls/s",
  goal: null,
  openOurs: async (bench) => {
    const [{ overHttp }, library] = await Promise.all([openDataset(bench), openOurLibrary(bench)]);
    const ask = askOurs(library, overHttp)[operation];
    return async () => ({ value: await measureRateOfCallers(ask, 1, bench.roundMs) });
  },
  openReference: async (bench) => {
    const { overHttp } = await openDataset(bench);
    const peer = await openPeer(bench, overHttp);
    return async () => ({ value: await peer.measureInProcess(operation, bench.roundMs) });
  },
}));

type Ask = (turn: number) => unknown;

function askOurs(library: OurLibrary, { checks, listers }: Questions): Record<Operation, Ask> {
  return {
    check: (turn) => library.check(pick(checks, turn)),
    list: (turn) => library.listOrganizations(pick(listers, turn)),
    page: (turn) => library.pageMembers(turn),
    create: () => library.createOrganization(),
  };
}

function pick<Item>(items: Item[], turn: number): Item {
  return items[turn % items.length] as Item;
}
