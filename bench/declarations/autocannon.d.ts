// The parts of autocannon that the bench uses; the package has no types.

declare module "autocannon" {
  type Request = {
    method: "GET" | "POST";
    path: string;
    headers: Record<string, string>;
    body?: string;
    setupRequest?: (prepared: Request) => Request;
  };
  type Client = { setRequests(requests: Request[]): void };
  type Options = {
    url: string;
    connections: number;
    duration?: number;
    amount?: number;
    requests: Request[];
    setupClient: (client: Client) => void;
  };
  type Result = {
    duration: number;
    errors: number;
    timeouts: number;
    "2xx": number;
    non2xx: number;
    latency: { p99: number };
  };
  const autocannon: (options: Options) => Promise<Result>;
  export = autocannon;
}
