import { DomainError } from "@tenantry/core";
import { moveTenant } from "tenantry";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { createOutput, formatNumber } from "../terminal-output.ts";

export interface TenantMoveCommandOptions extends GlobalOptions {
  readonly to?: string;
  readonly undo?: boolean;
}

/** `tenantry tenant move TENANT --to shared|dedicated|SERVER`, or `--undo`. */
export async function runTenantMove(
  tenant: string,
  options: TenantMoveCommandOptions,
): Promise<void> {
  const settings = settingsOf(options);
  const output = createOutput(options.json === true);
  const moved = await moveTenant({
    location: locationOf(settings),
    dataDirectory: settings.dataDirectory,
    tenantServers: settings.tenantServers,
    databaseOwnerUrl: settings.databaseOwnerUrl,
    program: "tenantry tenant move",
    tenant,
    to: options.undo === true ? "undo" : targetOf(options.to),
    onStep(step) {
      if (process.stderr.isTTY) output.remark(step);
    },
  });
  const { outcome, rows, checksum, pause_ms } = moved;
  await output.answer(moved, () => {
    if (outcome !== "moved") return says[outcome];
    return `Moved ${formatNumber(rows)} rows, the same on both sides (${checksum?.slice(0, 16)}…). The tenant could not be written for ${pause_ms} ms.`;
  });
}

const says = {
  finished: "The tenant lives at its new place already; what was left of the move is done.",
  was_there: "There was nothing to do.",
  undone: "The move was taken back; the tenant lives where it lived.",
} as const;

function targetOf(to: string | undefined) {
  if (to === "shared") return "shared";
  if (to === "dedicated") return { server: "main" };
  if (to !== undefined) return { server: to };
  throw new DomainError(
    "invalid_setting",
    "Say where to: --to shared, dedicated or a server's name",
  );
}
