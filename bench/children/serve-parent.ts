type Call = { id: number; name: string; input: unknown };
// Caller and callee use the same types; nothing checks them between processes.
type Handlers = Record<string, (input: never) => unknown>;

/** Answers the calls of the parent process, and ends when that ends. */
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

/** The processor time that a server has used so far. Two readings show how busy it was in between. */
export type Usage = { cpuMs: number; atMs: number; residentBytes: number };

export function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: (user + system) / 1_000,
    atMs: performance.now(),
    residentBytes: process.memoryUsage.rss(),
  };
}
