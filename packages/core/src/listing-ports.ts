import type { Context } from "./context.ts";
import type { ReplicatedPorts } from "./store.ts";

/** The ports for what is listed and decides nothing: a replica's, unless the caller demands the newest. */
export function listingPorts(ctx: Context): ReplicatedPorts {
  const { storage } = ctx.engine;
  return ctx.consistency === "strong" ? storage.committed : storage.replicated;
}
