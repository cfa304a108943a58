import { setImmediate as nextTurn } from "node:timers/promises";
import { check } from "@tenantry/core";
import { openTenantry, type Tenantry, type TenantryOptions } from "tenantry";
import { serveParent } from "../children/serve-parent.ts";

export type Watched = { user_id: string; organization_id: string };

/** A process that answers checks from its memory and is notified of revocations in another process. */
serveParent({ open, isAllowed, awaitRevocation });

let tenantry: Tenantry;

async function open(options: TenantryOptions): Promise<boolean> {
  tenantry = await openTenantry(options);
  return true;
}

async function isAllowed(watched: Watched): Promise<boolean> {
  const question = { ...watched, permission: "organization:read" };
  return (await check(tenantry.context(), question)).allowed;
}

/** Checks repeatedly, like a stream of requests. Returns the time of the first refusal in milliseconds since 1970. */
async function awaitRevocation(watched: Watched): Promise<number> {
  while (await isAllowed(watched)) await nextTurn();
  return performance.timeOrigin + performance.now();
}
