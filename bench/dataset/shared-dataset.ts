import type { Bench } from "../harness/bench.ts";
import { type Dataset, makeDataset } from "./dataset.ts";
import { pickQuestions, type Questions } from "./questions.ts";

/** Over HTTP every question is a request made beforehand for each connection. */
const questionsOverHttp = 256;
/** In process the answers should not all fit into the processor's own caches. */
const questionsInProcess = 8_192;

export type SharedDataset = { dataset: Dataset; overHttp: Questions; inProcess: Questions };

export function openDataset(bench: Bench): Promise<SharedDataset> {
  return bench.share("dataset", () => {
    const dataset = makeDataset();
    return Promise.resolve({
      dataset,
      overHttp: pickQuestions(dataset, questionsOverHttp),
      inProcess: pickQuestions(dataset, questionsInProcess),
    });
  });
}
