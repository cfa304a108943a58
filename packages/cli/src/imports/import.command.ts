import { type ImportedEntry, type ImportReport, importData, importedKinds } from "@tenantry/core";
import type { GlobalOptions } from "../global-options.ts";
import { createProgressBar } from "../progress-bar.ts";
import { formatNumber, formatTable, withoutControls } from "../terminal-output.ts";
import { withTenantry } from "../with-tenantry.ts";
import { readJsonFile } from "./read-json-file.ts";

export interface ImportCommandOptions extends GlobalOptions {
  readonly dryRun?: boolean;
  readonly prune?: boolean;
}

/** `tenantry import FILE` */
export async function runImport(file: string, options: ImportCommandOptions): Promise<void> {
  // Before the storage is opened, so that an unreadable file does not create a database.
  const data = await readJsonFile(file);
  await withTenantry(options, "import", async ({ ctx, output }) => {
    const bar = createProgressBar("entries");
    const begin = performance.now();
    try {
      const report = await importData({ ...ctx, dryRun: options.dryRun }, data, {
        prune: options.prune,
        onProgress: bar.show,
      });
      bar.end();
      const seconds = (performance.now() - begin) / 1000;
      await output.answer(report, () => formatReport(report, seconds));
    } finally {
      bar.end();
    }
  });
}

const titles: Record<(typeof importedKinds)[number], string> = {
  roles: "roles",
  plans: "plans",
  users: "people",
  organizations: "organizations",
  memberships: "memberships",
  teams: "teams",
  team_memberships: "team memberships",
  resources: "resources",
};

function formatReport(report: ImportReport, seconds: number): string {
  const kinds = importedKinds.filter((kind) => report.counts[kind] !== undefined);
  const rows = kinds.map((kind) => {
    const count = report.counts[kind];
    return [titles[kind], count?.created, count?.updated, count?.removed, count?.unchanged];
  });
  const parts = [
    formatTable(["", "new", "changed", "removed", "as before"], rows),
    formatLines(report.changes.map((change) => `${change.outcome} ${describe(change)}`)),
    formatMissing(report),
    conclude(report, seconds),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const singular: typeof titles = {
  roles: "role",
  plans: "plan",
  users: "person",
  organizations: "organization",
  memberships: "member",
  teams: "team",
  team_memberships: "team member",
  resources: "resource",
};

/** For example `team release in kubernetes`; for an organization, only itself. */
function describe({ kind, organization, name }: ImportedEntry): string {
  const place = organization === null || kind === "organizations" ? "" : ` in ${organization}`;
  return `${singular[kind]} ${name}${place}`;
}

const mostLines = 20;

function formatLines(lines: readonly string[]): string {
  const shown = lines.slice(0, mostLines).map(withoutControls);
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${formatNumber(more)} more; --json names all`] : [])].join(
    "\n",
  );
}

function formatMissing({ not_in_file }: ImportReport): string {
  if (not_in_file.length === 0) return "";
  const lines = not_in_file.map(describe);
  return `Not in the file, and left as they are (--prune removes them):\n${formatLines(lines)}`;
}

function conclude(report: ImportReport, seconds: number): string {
  if (!report.changed) return "Nothing to change: everything in the file is here already.";
  return report.dry_run
    ? "This was a dry run: nothing was changed."
    : `Done in ${seconds.toFixed(1)} s.`;
}
