import { requireAdministrator } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { exportGithub } from "./export-github.ts";
import type { githubFormat } from "./import-github.ts";
import type { ImportedKind } from "./import-report.ts";

/** Where an export goes. */
export interface ExportTarget {
  write(text: string): Promise<void> | void;
  count(kind: ImportedKind, more: number): void;
}

export type ExportFormat = "tenantry" | typeof githubFormat;

export interface ExportOptions {
  readonly format?: ExportFormat | undefined;
  /** Takes the file piece by piece; the next is made when it has been taken. */
  readonly write: (text: string) => Promise<void> | void;
  /** Told how many entries have been read so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** How much of what an export holds. */
export type ExportCounts = Readonly<Partial<Record<ImportedKind, number>>>;

/**
 * Writes everything of the tenant as one JSON file, as it was at one moment, whatever is written meanwhile. For administrators.
 */
export async function exportTenant(ctx: Context, options: ExportOptions): Promise<ExportCounts> {
  await requireAdministrator(ctx, ctx.engine.storage.committed, "export");
  const counts: Partial<Record<ImportedKind, number>> = {};
  let done = 0;
  const target: ExportTarget = {
    write: options.write,
    count(kind, more) {
      counts[kind] = (counts[kind] ?? 0) + more;
      done += more;
      options.onProgress?.(done);
    },
  };
  await ctx.engine.storage.snapshot(async (ports) => {
    await exportGithub(ports, ctx.tenantId, target);
  });
  return counts;
}
