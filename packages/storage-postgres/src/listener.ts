import type { OwnClient } from "./connection.ts";

/** The lease: a connection that was silent for longer is asked before it is trusted. */
const leaseMs = 3_000;
const heartbeatMs = 1_000;
const firstReconnectMs = 20;
const longestReconnectMs = 1_000;

/** A listening connection, which is opened again when it is lost. */
export interface Listener {
  /** Whether messages arrive, and something arrived within the lease. */
  isTrusted(): boolean;
  isConnected(): boolean;
  /** Resolves when every message of a commit acknowledged before this call has arrived, or the connection is lost. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface ListenerOptions {
  /** Creates a connection that is not open yet. */
  readonly createClient: () => OwnClient;
  readonly channel: string;
  /** Called on each new connection, once it listens. */
  readonly greet: (client: OwnClient) => Promise<void>;
  readonly onMessage: (payload: string | undefined) => void;
  /** Called when messages may be missed from now on. */
  readonly lost: () => void;
  /** Called when messages arrive again. */
  readonly regained: () => void;
}

export async function openListener(options: ListenerOptions): Promise<Listener> {
  let client: OwnClient | undefined;
  let heardAt = 0;
  let isClosed = false;
  let reconnecting: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const sentAt = performance.now();
    const opened = await openListening(options);
    if (isClosed) return await opened.end();
    opened.once("end", () => lose(opened));
    opened.once("error", () => lose(opened));
    heardAt = sentAt;
    client = opened;
  }

  function lose(gone: OwnClient): void {
    if (client !== gone) return;
    client = undefined;
    gone.end().catch(() => {});
    options.lost();
    reconnectIn(firstReconnectMs);
  }

  function reconnectIn(waitMs: number): void {
    if (isClosed) return;
    reconnecting = setTimeout(async () => {
      try {
        await connect();
        options.regained();
      } catch {
        reconnectIn(Math.min(waitMs * 2, longestReconnectMs));
      }
    }, waitMs).unref();
  }

  /**
   * A query here is answered after all messages sent before it: a committing process has signalled this connection's
   * server process before it got its own answer, and that process delivers pending messages before it is ready again.
   */
  async function ask(): Promise<void> {
    const asked = client;
    if (asked === undefined) return;
    const sentAt = performance.now();
    const timer = setTimeout(() => lose(asked), leaseMs);
    asked.ref();
    try {
      await asked.query("SELECT 1");
      heardAt = sentAt;
    } catch {
      lose(asked);
    } finally {
      clearTimeout(timer);
      asked.unref();
    }
  }

  await connect();
  const look = shareCalls(ask);
  const heartbeat = setInterval(() => void look(), heartbeatMs).unref();
  return {
    isTrusted: () => client !== undefined && performance.now() - heardAt < leaseMs,
    isConnected: () => client !== undefined,
    look,
    async close() {
      isClosed = true;
      clearTimeout(reconnecting);
      clearInterval(heartbeat);
      const open = client;
      client = undefined;
      await open?.end();
    },
  };
}

async function openListening(options: ListenerOptions): Promise<OwnClient> {
  const client = options.createClient();
  try {
    client.on("notification", ({ payload }) => options.onMessage(payload));
    await client.connect();
    await client.query(`LISTEN ${options.channel}`);
    await options.greet(client);
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
  // An open storage alone does not keep the program running.
  client.unref();
  return client;
}

/** Shares calls: one call serves everybody who asked before it began. Later callers share the next one. */
function shareCalls(call: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    current = call().finally(() => {
      current = undefined;
    });
    return current;
  }

  return () => {
    if (current === undefined) return start();
    next ??= current.then(() => {
      next = undefined;
      return start();
    });
    return next;
  };
}
