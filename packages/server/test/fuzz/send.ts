import { Agent, request as requestHttp } from "node:http";

/** A server that has not answered after this hangs. */
const patienceMs = 30_000;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

export interface Sender {
  /** Sends a request and waits for the whole answer. Fails where none comes. */
  send(request: Sent): Promise<Response>;
  close(): void;
}

/** Sends bytes as they are: `fetch` would tidy a path, and refuse a body to a GET. */
export function createSender(address: string): Sender {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(address);
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const signal = AbortSignal.timeout(patienceMs);
        const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
        const sent = requestHttp(
          { agent, hostname, port, method, path, headers: { ...headers, ...length }, signal },
          (incoming) => {
            const parts: Buffer[] = [];
            incoming.on("data", (part: Buffer) => parts.push(part));
            incoming.on("error", reject);
            incoming.on("end", () => {
              const status = incoming.statusCode ?? 0;
              const text = parts.length === 0 ? null : Buffer.concat(parts);
              const pairs = Object.entries(incoming.headers).map(
                ([name, value]): [string, string] => [name, String(value)],
              );
              resolve(new Response(text, { status, headers: pairs }));
            });
          },
        );
        sent.on("error", reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}
