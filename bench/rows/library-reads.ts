import { openDataset } from "../dataset/shared-dataset.ts";
import type { Bench } from "../harness/bench.ts";
import { measureQuickRate, measureRate } from "../harness/rate.ts";
import type { Row, Side } from "../harness/row.ts";
import { openOurLibrary } from "../ours/our-library.ts";
import { openRawReads } from "../references/open-references.ts";

const unit = "calls/s";

export const libraryReadRows: Row[] = [
  {
    id: "library-check-cached",
    compares:
      "A permission check answered from the library's memory, compared with a prepared role look-up of node:sqlite.",
    unit,
    goal: 5,
    openOurs: async (bench) => {
      const [{ inProcess }, library] = await Promise.all([
        openDataset(bench),
        openOurLibrary(bench),
      ]);
      return awaited(bench, (turn) => library.check(pick(inProcess.checks, turn)));
    },
    openReference: async (bench) => {
      const [{ inProcess }, raw] = await Promise.all([openDataset(bench), openRawReads(bench)]);
      return atOnce(bench, (turn) => raw.lookUpRole(pick(inProcess.checks, turn)));
    },
  },
  {
    id: "library-role-uncached",
    compares:
      "A look-up of roles and permissions through the library without its memory, compared with the same statement run raw.",
    unit,
    goal: 0.85,
    openOurs: async (bench) => {
      const [{ inProcess }, library] = await Promise.all([
        openDataset(bench),
        openOurLibrary(bench),
      ]);
      return awaited(bench, (turn) => library.lookUpRole(pick(inProcess.checks, turn)));
    },
    openReference: async (bench) => {
      const [{ inProcess }, raw] = await Promise.all([openDataset(bench), openRawReads(bench)]);
      return atOnce(bench, (turn) => raw.findAccess(pick(inProcess.checks, turn)));
    },
  },
  {
    id: "library-page-of-members",
    compares:
      "A page of 50 out of 5,000 members as JSON from the library without its memory, compared with raw rows and JSON.stringify.",
    unit,
    goal: 1,
    openOurs: async (bench) => {
      const library = await openOurLibrary(bench);
      return awaited(bench, (turn) => library.pageMembers(turn));
    },
    openReference: async (bench) => {
      const [{ overHttp }, raw] = await Promise.all([openDataset(bench), openRawReads(bench)]);
      const { organizationId } = overHttp.pages;
      return atOnce(bench, (turn) => raw.pageMembers(organizationId, pick(raw.pageStarts, turn)));
    },
  },
  {
    id: "library-organizations-of-user",
    compares:
      "A user's ten organizations as JSON from the library without its memory, compared with raw rows and JSON.stringify.",
    unit,
    goal: 1,
    openOurs: async (bench) => {
      const [{ inProcess }, library] = await Promise.all([
        openDataset(bench),
        openOurLibrary(bench),
      ]);
      return awaited(bench, (turn) => library.listOrganizations(pick(inProcess.listers, turn)));
    },
    openReference: async (bench) => {
      const [{ inProcess }, raw] = await Promise.all([openDataset(bench), openRawReads(bench)]);
      return atOnce(bench, (turn) => raw.listOrganizations(pick(inProcess.listers, turn)));
    },
  },
];

function awaited(bench: Bench, ask: (turn: number) => unknown): Side {
  return async () => ({ value: await measureQuickRate(ask, bench.roundMs) });
}

function atOnce(bench: Bench, ask: (turn: number) => unknown): Side {
  return () => ({ value: measureRate(ask, bench.roundMs) });
}

function pick<Item>(items: Item[], turn: number): Item {
  return items[turn % items.length] as Item;
}
