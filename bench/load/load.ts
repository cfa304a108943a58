import autocannon from "autocannon";
import { serveParent } from "../children/serve-parent.ts";

/** One request of a load. `{turn}` in a body is replaced by a number that is never repeated. */
export type LoadRequest = {
  method: "GET" | "POST";
  path: string;
  headers: Record<string, string>;
  body?: string;
};
export type LoadInput = {
  origin: string;
  connections: number;
  /** The duration, or the number of requests. */
  length: { seconds: number } | { requests: number };
  requests: LoadRequest[];
};
type PreparedRequest = LoadRequest & {
  // Given with the host and the defaults filled in, which the answer has to keep.
  setupRequest?: (prepared: LoadRequest) => LoadRequest;
};
export type LoadAnswer = { perSecond: number; p99Ms: number };

let turn = 0;
const run = Date.now().toString(36);

serveParent({ load });

/** Puts a server under load. An answer other than 2xx fails the run. */
async function load(input: LoadInput): Promise<LoadAnswer> {
  let client = 0;
  const result = await autocannon({
    url: input.origin,
    connections: input.connections,
    ...("seconds" in input.length
      ? { duration: input.length.seconds }
      : { amount: input.length.requests }),
    requests: input.requests,
    setupClient: (connection) => {
      // Each connection starts at another place in the list, so that they do not ask the same at once.
      const start = Math.floor((client * input.requests.length) / input.connections);
      client += 1;
      connection.setRequests(rotate(input.requests, start).map(prepareRequest));
    },
  });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0 || result["2xx"] === 0) {
    throw new Error(`${failed} of ${result["2xx"] + failed} requests to ${input.origin} failed`);
  }
  return { perSecond: result["2xx"] / result.duration, p99Ms: result.latency.p99 };
}

/** Only requests with `{turn}` are built each time; all others are prepared once. */
function prepareRequest(request: LoadRequest): PreparedRequest {
  const { body } = request;
  if (!body?.includes("{turn}")) return { ...request };
  return {
    ...request,
    setupRequest: (prepared) => {
      turn += 1;
      return { ...prepared, body: body.replaceAll("{turn}", `${run}-${turn}`) };
    },
  };
}

function rotate<Item>(items: Item[], start: number): Item[] {
  return [...items.slice(start), ...items.slice(0, start)];
}
