import { buildOpenApi } from "@tenantry/contract";
import { DomainError, isDomainError } from "@tenantry/core";
import type { Routes } from "../http/call.ts";
import type { ServerParts } from "../server-parts.ts";

export const operationalRoutes = {
  getHealth: ({ server }) => ({ status: "healthy", version: server.version }),
  getLiveness: () => ({ status: "ok" }),
  getReadiness: async ({ server }) => {
    await assertReady(server);
    return { status: "ok" };
  },
  getMetrics: ({ server }) => server.metrics.render(),
  getOpenApi: ({ server }) =>
    JSON.parse(JSON.stringify(buildOpenApi(server.version, server.settings.publicUrl))),
} satisfies Partial<Routes>;

/** @throws {DomainError} `shutting_down`, `storage_unavailable`. */
async function assertReady({ engine, defaultTenant, isStopping }: ServerParts): Promise<void> {
  if (isStopping()) throw new DomainError("shutting_down", "The server has been told to stop");
  try {
    await engine.storage.committed.tenants.find(defaultTenant.id);
  } catch (error) {
    if (isDomainError(error)) throw error;
    throw new DomainError("storage_unavailable", "The storage cannot be read", { cause: error });
  }
}
