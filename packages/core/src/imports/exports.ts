import { requireAdministrator } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import type { Ports } from "../store.ts";
import { exportEvents } from "./export-events.ts";
import { exportGithub } from "./export-github.ts";
import { exportTenantFile } from "./export-tenant.ts";
import { githubFormat } from "./import-github.ts";
import type { ImportedKind } from "./import-report.ts";
import type { tenantFormat } from "./tenant-file.schema.ts";

/** Where an export goes. */
export interface ExportTarget {
  write(text: string): Promise<void> | void;
  count(kind: ImportedKind, more: number): void;
}

export type ExportFormat = typeof tenantFormat | typeof githubFormat;

export interface ExportOptions {
  readonly format?: ExportFormat | undefined;
  /** Receives the file piece by piece. The next piece is made once this one has been taken. */
  readonly write: (text: string) => Promise<void> | void;
  /** Also receives the events for an audit, one per line, chain after chain. An import does not read them. */
  readonly writeEvents?: ((text: string) => Promise<void> | void) | undefined;
  /** Called with the number of entries read so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** How many entries of each kind an export holds. */
export type ExportCounts = Readonly<Partial<Record<ImportedKind, number>>>;

/** Writes everything of the tenant as one JSON file, read in one snapshot. For administrators. */
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
  const writeAll = async (ports: Ports) => {
    if (options.format === githubFormat) await exportGithub(ports, ctx.tenantId, target);
    else await exportTenantFile(ctx, ports, target);
    if (options.writeEvents !== undefined) await exportEvents(ctx, ports, options.writeEvents);
  };
  const replicated = ctx.consistency !== "strong";
  await ctx.engine.storage.snapshot(ctx.tenantId, writeAll, { replicated });
  return counts;
}
