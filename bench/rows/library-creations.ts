import type { Bench } from "../harness/bench.ts";
import { measureEventLoopDelay } from "../harness/event-loop-delay.ts";
import { measureRateOfCount } from "../harness/rate.ts";
import type { Row } from "../harness/row.ts";
import { type OurLibrary, openOurLibrary } from "../ours/our-library.ts";
import { openRawCreations } from "../references/open-references.ts";

const callersTogether = 64;
/** Both sides create equally many, so that their databases grow alike. */
const countAlone = 500;
const countTogether = 64 * 60;

export const libraryCreationRows: Row[] = [
  {
    id: "library-create-alone",
    compares:
      "Creating an organization with owner and event through the library, on disk before the answer, one caller, with the same rows written raw, a transaction each.",
    unit: "organizations/s",
    goal: 0.6,
    openOurs: async (bench) => {
      const library = await openOurLibrary(bench);
      return async () => ({ value: await create(library, countAlone, 1) });
    },
    openReference: async (bench) => {
      const raw = await openRawCreations(bench);
      return async () => ({ value: await raw.measure(countAlone, 1) });
    },
  },
  {
    id: "library-create-64-callers",
    compares:
      "The same with 64 callers at once, with the same rows written raw in transactions of 64.",
    unit: "organizations/s",
    goal: 0.6,
    openOurs: async (bench) => {
      const library = await openOurLibrary(bench);
      return async () => ({ value: await create(library, countTogether, callersTogether) });
    },
    openReference: async (bench) => {
      const raw = await openRawCreations(bench);
      return async () => ({ value: await raw.measure(countTogether, callersTogether) });
    },
  },
  {
    id: "library-create-event-loop-delay",
    compares:
      "How late timers come at p99 while 64 callers create organizations, with the same while raw transactions of 64 are written; less is better.",
    unit: "ms",
    goal: null,
    openOurs: openOurDelay,
    openReference: async (bench) => {
      const raw = await openRawCreations(bench);
      const work = () => raw.measure(countTogether, callersTogether);
      return async () => ({ value: await measureEventLoopDelay(work) });
    },
  },
];

async function openOurDelay(bench: Bench) {
  const library = await openOurLibrary(bench);
  const work = () => create(library, countTogether, callersTogether);
  return async () => ({ value: await measureEventLoopDelay(work) });
}

function create(library: OurLibrary, count: number, callers: number): Promise<number> {
  return measureRateOfCount(() => library.createOrganization(), callers, count);
}
