import type { Bench } from "../harness/bench.ts";
import { measureEventLoopDelay } from "../harness/event-loop-delay.ts";
import { measureRateOfCount } from "../harness/rate.ts";
import type { Row, Side } from "../harness/row.ts";
import { openOurLibrary } from "../ours/our-library.ts";
import { openRawCreations } from "../references/open-references.ts";

const callersTogether = 64;
/** Both sides create the same number, so that their databases grow equally. */
const countAlone = 500;
const countTogether = 64 * 60;
/** V8 compiles some functions of a creation only after this many, so that the rows measure a program that has run for seconds. */
const countUncounted = 64 * 240;

/** Creates `count` organizations with `callers` at once; returns the number per second. */
type Measure = (count: number, callers: number) => Promise<number>;

export const libraryCreationRows: Row[] = [
  {
    id: "library-create-alone",
    compares:
      "Creating an organization with owner and event through the library, on disk before the answer, one caller, compared with writing the same rows raw, one transaction each.",
    unit: "organizations/s",
    goal: 0.6,
    openOurs: async (bench) => {
      const create = await openOurs(bench);
      return async () => ({ value: await create(countAlone, 1) });
    },
    openReference: async (bench) => {
      const create = await openRaw(bench);
      return async () => ({ value: await create(countAlone, 1) });
    },
  },
  {
    id: "library-create-64-callers",
    compares:
      "Creating organizations through the library with 64 callers at once, compared with writing the same rows raw in transactions of 64.",
    unit: "organizations/s",
    goal: 0.6,
    openOurs: async (bench) => {
      const create = await openOurs(bench);
      return async () => ({ value: await create(countTogether, callersTogether) });
    },
    openReference: async (bench) => {
      const create = await openRaw(bench);
      return async () => ({ value: await create(countTogether, callersTogether) });
    },
  },
  {
    id: "library-create-event-loop-delay",
    compares:
      "Delay of timers at p99 while 64 callers create organizations, compared with the delay while raw transactions of 64 are written; less is better.",
    unit: "ms",
    goal: null,
    openOurs: async (bench) => delayDuring(await openOurs(bench)),
    openReference: async (bench) => delayDuring(await openRaw(bench)),
  },
];

function openOurs(bench: Bench): Promise<Measure> {
  return bench.share("compiled creations of ours", async () => {
    const library = await openOurLibrary(bench);
    const create: Measure = (count, callers) =>
      measureRateOfCount(() => library.createOrganization(), callers, count);
    await create(countUncounted, callersTogether);
    return create;
  });
}

function openRaw(bench: Bench): Promise<Measure> {
  return bench.share("raw creations as many", async () => {
    const { measure } = await openRawCreations(bench);
    await measure(countUncounted, callersTogether);
    return measure;
  });
}

function delayDuring(create: Measure): Side {
  const work = () => create(countTogether, callersTogether);
  return async () => ({ value: await measureEventLoopDelay(work) });
}
