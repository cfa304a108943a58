import type { Bench } from "../harness/bench.ts";
import { type Dataset, makeDataset } from "./dataset.ts";
import { pickQuestions, type Questions } from "./questions.ts";

/** The number of questions over HTTP, where each is a request prepared for every connection. */
const questionsOverHttp = 256;
/** The number of questions in process: enough that the answers do not all fit into the processor's caches. */
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
