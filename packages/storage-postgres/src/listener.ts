import type { OwnClient } from "./connection.ts";

/** How long silence is believed: a connection from which nothing was heard for longer is asked before it is trusted. */
const leaseMs = 3_000;
const heartbeatMs = 1_000;
const firstReconnectMs = 20;
const longestReconnectMs = 1_000;

/** A connection that listens, and is opened again when it is lost. */
export interface Listener {
  /** Whether messages come in, and something was heard within the lease. */
  isTrusted(): boolean;
  isConnected(): boolean;
  /** Resolves when every message of a commit that was acknowledged before the call is in, or the connection is lost. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface ListenerOptions {
  /** A connection that is not open yet. */
  readonly createClient: () => OwnClient;
  readonly channel: string;
  /** Asked on each new connection, once it listens. */
  readonly greet: (client: OwnClient) => Promise<void>;
  readonly hear: (payload: string | undefined) => void;
  /** Messages are missed from now on. */
  readonly lost: () => void;
  /** Messages come in again. */
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
   * A query on this connection is answered after every message that was sent to it before: who committed has signalled its server process
   * before they had their own answer, and that process delivers what is waiting before it says that it is ready again.
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
    client.on("notification", ({ payload }) => options.hear(payload));
    await client.connect();
    await client.query(`LISTEN ${options.channel}`);
    await options.greet(client);
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
  // An open storage alone keeps no program running.
  client.unref();
  return client;
}

/** One call serves all who asked before it began; whoever asks while it is under way shares the next. */
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
