import { setImmediate as nextTurn } from "node:timers/promises";
import { check } from "@tenantry/core";
import { openTenantry, type Tenantry, type TenantryOptions } from "tenantry";
import { serveParent } from "../children/serve-parent.ts";

export type Watched = { user_id: string; organization_id: string };

/** A process that answers checks from its memory and hears of what another one revokes. */
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

/** Asks again and again, as requests that keep coming in do. Milliseconds since 1970 at the first refusal. */
async function awaitRevocation(watched: Watched): Promise<number> {
  while (await isAllowed(watched)) await nextTurn();
  return performance.timeOrigin + performance.now();
}
