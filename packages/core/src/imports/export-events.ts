import type { Context } from "../context.ts";
import { presentEvent } from "../events/events.ts";
import type { Ports } from "../store.ts";

const pageSize = 500;

/** Writes every event of a tenant as the feed shows it, one per line, chain after chain in the order of sequence. */
export async function exportEvents(
  ctx: Context,
  ports: Ports,
  write: (text: string) => Promise<void> | void,
): Promise<void> {
  for (let after: string | null = null; ; ) {
    const chains: readonly string[] = await ports.events.chains(ctx.tenantId, after, pageSize);
    for (const chain of chains) await exportChain(ctx, ports, chain, write);
    after = chains.at(-1) ?? null;
    if (after === null) return;
  }
}

async function exportChain(
  ctx: Context,
  ports: Ports,
  chainId: string,
  write: (text: string) => Promise<void> | void,
): Promise<void> {
  for (let sequence = 0; ; ) {
    const events = await ports.events.list(ctx.tenantId, chainId, sequence, pageSize);
    const lines = events.map((event) => `${JSON.stringify(presentEvent(event, true))}\n`);
    if (lines.length > 0) await write(lines.join(""));
    if (events.length < pageSize) return;
    sequence = events.at(-1)?.sequence ?? sequence;
  }
}
