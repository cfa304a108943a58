import { type ChainFault, verifyChains } from "@tenantry/core";
import { exitCodes } from "../exit-codes.ts";
import type { GlobalOptions } from "../global-options.ts";
import { createProgressBar } from "../progress-bar.ts";
import { formatNumber } from "../terminal-output.ts";
import { withExistingTenantry } from "../with-tenantry.ts";

/** `tenantry audit verify`: recomputes the chain of every organization, and ends with 1 where one is not what it must be. */
export async function runAuditVerify(options: GlobalOptions): Promise<void> {
  await withExistingTenantry(options, "audit verify", async ({ ctx, output }) => {
    const bar = createProgressBar("events");
    // One moment: an event that comes meanwhile is part of the next run.
    const report = await ctx.engine.storage.snapshot((ports) =>
      verifyChains(ports, ctx.tenantId, (events) => bar.show(events, 0)),
    );
    bar.end();
    const { chains, events, faults } = report;
    await output.answer({ verified: faults.length === 0, ...report }, () =>
      faults.length === 0
        ? `${formatNumber(events)} events in ${formatNumber(chains)} chains: every one is as it was written.`
        : faults.map(formatFault).join("\n"),
    );
    if (faults.length === 0) return;
    process.exitCode = exitCodes.refused;
    output.remark(
      `tenantry: ${faults.length === 1 ? "one event is" : `${faults.length} faults show that events are`} not as written; ` +
        "compare with a backup (tenantry restore) to see what was changed",
    );
  });
}

function formatFault({ chain_id, sequence, fault }: ChainFault): string {
  return `${chain_id} event ${sequence}: ${fault}`;
}
