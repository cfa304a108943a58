import { type ChainFault, type Storage, verifyChains } from "@tenantry/core";
import { exitCodes } from "../exit-codes.ts";
import type { GlobalOptions } from "../global-options.ts";
import { createProgressBar, type ProgressBar } from "../progress-bar.ts";
import { formatNumber } from "../terminal-output.ts";
import { withExistingTenantry } from "../with-tenantry.ts";

/**
 * `tenantry audit verify`: recomputes every chain of every tenant, or of the one that is named, and ends with 1 where one is not
 * what it must be.
 */
export async function runAuditVerify(options: GlobalOptions): Promise<void> {
  await withExistingTenantry(options, "audit verify", async ({ ctx, output }) => {
    const bar = createProgressBar("events");
    const tenants =
      options.tenant === undefined
        ? (await ctx.engine.storage.committed.tenants.all()).map(({ id }) => id)
        : [ctx.tenantId];
    const report = await verifyTenants(ctx.engine.storage, tenants, bar).finally(bar.end);
    const { chains, events, faults } = report;
    await output.answer({ verified: faults.length === 0, ...report }, () =>
      faults.length === 0
        ? `${formatNumber(events)} events in ${formatNumber(chains)} chains: every one is as it was written.`
        : faults.map(formatFault).join("\n"),
    );
    if (faults.length === 0) return;
    process.exitCode = exitCodes.refused;
    const said = faults.length === 1 ? "a fault" : `${formatNumber(faults.length)} faults`;
    output.remark(
      `tenantry: the audit log has ${said}: events are not as they were written; compare with a backup to see what was changed`,
    );
  });
}

interface AuditReport {
  readonly tenants: number;
  readonly chains: number;
  readonly events: number;
  readonly faults: readonly (ChainFault & { readonly tenant_id: string })[];
}

async function verifyTenants(
  storage: Storage,
  ids: readonly string[],
  bar: ProgressBar,
): Promise<AuditReport> {
  let chains = 0;
  let events = 0;
  const faults: (ChainFault & { readonly tenant_id: string })[] = [];
  for (const tenant_id of ids) {
    const before = events;
    // One moment of each: an event that comes meanwhile is part of the next run.
    const report = await storage.snapshot(tenant_id, (ports) =>
      verifyChains(ports, tenant_id, (more) => bar.show(before + more, 0)),
    );
    chains += report.chains;
    events += report.events;
    for (const fault of report.faults) faults.push({ tenant_id, ...fault });
  }
  return { tenants: ids.length, chains, events, faults };
}

function formatFault({ chain_id, sequence, fault }: ChainFault): string {
  return `${chain_id} event ${sequence}: ${fault}`;
}
