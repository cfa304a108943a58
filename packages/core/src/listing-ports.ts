import type { Context } from "./context.ts";
import type { ReplicatedPorts } from "./store.ts";

/**
 * The ports for lists that are shown and decide nothing. A replica may answer them, unless the caller requires
 * `strong` consistency.
 */
export function listingPorts(ctx: Context): ReplicatedPorts {
  const { storage } = ctx.engine;
  return ctx.consistency === "strong" ? storage.committed : storage.replicated;
}
