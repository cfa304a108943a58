type Call = { id: number; name: string; input: unknown };
// The caller and the callee name the same types; between processes nothing checks them.
type Handlers = Record<string, (input: never) => unknown>;

/** Answers the calls of the process that started this one, and ends with it. */
export function serveParent(handlers: Handlers): void {
  process.on("message", async (call: Call) => {
    try {
      const handler = handlers[call.name];
      if (!handler) throw new Error(`no call named ${call.name}`);
      process.send?.({ id: call.id, value: await handler(call.input as never) });
    } catch (error) {
      const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.send?.({ id: call.id, fault });
    }
  });
  process.once("disconnect", () => process.exit(0));
}

/** What a server has used so far; two readings give how busy it was between them. */
export type Usage = { cpuMs: number; atMs: number; residentBytes: number };

export function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: (user + system) / 1_000,
    atMs: performance.now(),
    residentBytes: process.memoryUsage.rss(),
  };
}
