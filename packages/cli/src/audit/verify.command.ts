import {
  type ChainFault,
  type Context,
  forEachTenant,
  type Storage,
  type TenantRecord,
  verifyChains,
} from "@tenantry/core";
import { exitCodes } from "../exit-codes.ts";
import type { GlobalOptions } from "../global-options.ts";
import { createProgressBar, type ProgressBar } from "../progress-bar.ts";
import { formatNumber } from "../terminal-output.ts";
import { withExistingTenantry } from "../with-tenantry.ts";

/**
 * `tenantry audit verify`: recomputes every chain of every tenant, or of the named one. Exits with 1 where one is
 * damaged or could not be read.
 */
export async function runAuditVerify(options: GlobalOptions): Promise<void> {
  await withExistingTenantry(options, "audit verify", async ({ ctx, output }) => {
    const bar = createProgressBar("events");
    const tenants = await tenantsToVerify(ctx, options);
    const report = await verifyTenants(ctx.engine.storage, tenants, bar).finally(bar.end);
    const verified = report.faults.length === 0 && report.unreachable.length === 0;
    if (!verified) process.exitCode = exitCodes.refused;
    await output.answer({ verified, ...report }, () => describe(report));
    const { faults, unreachable } = report;
    if (faults.length > 0) {
      const said = faults.length === 1 ? "a fault" : `${formatNumber(faults.length)} faults`;
      output.remark(
        `tenantry: the audit log has ${said}: events are not as they were written; compare with a backup to see what was changed`,
      );
    }
    for (const { slug, detail } of unreachable) {
      output.remark(
        `tenantry: ${slug} was not verified: ${detail}. Then run tenantry audit verify --tenant ${slug}`,
      );
    }
  });
}

async function tenantsToVerify(
  { engine, tenantId }: Context,
  { tenant }: GlobalOptions,
): Promise<readonly TenantRecord[]> {
  const { tenants } = engine.storage.committed;
  if (tenant === undefined) return await tenants.all();
  const named = await tenants.find(tenantId);
  return named === undefined ? [] : [named];
}

interface AuditReport {
  readonly tenants: number;
  readonly chains: number;
  readonly events: number;
  readonly faults: readonly (ChainFault & { readonly tenant_id: string })[];
  /** Tenants whose own database could not be read. */
  readonly unreachable: readonly {
    readonly tenant_id: string;
    readonly slug: string;
    readonly code: string;
    readonly detail: string;
  }[];
}

async function verifyTenants(
  storage: Storage,
  tenants: readonly TenantRecord[],
  bar: ProgressBar,
): Promise<AuditReport> {
  let chains = 0;
  let events = 0;
  const faults: (ChainFault & { readonly tenant_id: string })[] = [];
  const failed = await forEachTenant(tenants, async (tenant_id) => {
    const before = events;
    // Each tenant is verified in one snapshot; later events are checked by the next run.
    const report = await storage.snapshot(tenant_id, (ports) =>
      verifyChains(ports, tenant_id, (more) => bar.show(before + more, 0)),
    );
    chains += report.chains;
    events += report.events;
    for (const fault of report.faults) faults.push({ tenant_id, ...fault });
  });
  const unreachable = failed.map(({ tenant_id, slug, error: { code, message: detail } }) => ({
    tenant_id,
    slug,
    code,
    detail,
  }));
  return { tenants: tenants.length - unreachable.length, chains, events, faults, unreachable };
}

function describe({ chains, events, faults }: AuditReport): string {
  return faults.length === 0
    ? `${formatNumber(events)} events in ${formatNumber(chains)} ${chains === 1 ? "chain" : "chains"}: every one is as it was written.`
    : faults.map(formatFault).join("\n");
}

function formatFault({ chain_id, sequence, fault }: ChainFault): string {
  return `${chain_id} event ${sequence}: ${fault}`;
}
