import {
  describeLocation,
  migrateStorage,
  parseDatabaseUrl,
  type StorageMigration,
} from "tenantry";
import { abortOnInterrupt } from "../abort-on-interrupt.ts";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { createProgressBar } from "../progress-bar.ts";
import { createOutput, formatNumber, formatTable } from "../terminal-output.ts";

export interface MigrateStorageCommandOptions extends GlobalOptions {
  readonly from?: string;
  readonly to: string;
}

/** `tenantry migrate-storage --from URL --to URL`: copies everything from one storage into an empty one. */
export async function runMigrateStorage(options: MigrateStorageCommandOptions): Promise<void> {
  const settings = settingsOf(options);
  const from =
    options.from === undefined
      ? locationOf(settings)
      : parseDatabaseUrl(options.from, settings.dataDirectory, "--from");
  const to = parseDatabaseUrl(options.to, settings.dataDirectory, "--to");
  const fromOwnerUrl = options.from === undefined ? settings.databaseOwnerUrl : undefined;
  const bar = createProgressBar("rows read, each three times");
  const begin = performance.now();
  try {
    const migration = await abortOnInterrupt((signal) =>
      migrateStorage({ from, fromOwnerUrl, to, onProgress: bar.show, signal }),
    );
    bar.end();
    const seconds = (performance.now() - begin) / 1000;
    const places = { from: describeLocation(from), to: describeLocation(to) };
    await createOutput(options.json === true).answer({ ...places, ...migration }, () =>
      format(migration, places.to, seconds),
    );
  } finally {
    bar.end();
  }
}

function format(migration: StorageMigration, to: string, seconds: number): string {
  const rows = new Map<string, number>();
  for (const { table, rows: more } of migration.contents) {
    rows.set(table, (rows.get(table) ?? 0) + more);
  }
  const shown = [...rows].filter(([, count]) => count > 0);
  const lines = [
    formatTable(["table", "rows"], shown),
    ...migration.left_behind.map((what) => `Left behind: ${what}.`),
    `${formatNumber(migration.rows)} rows of ${formatNumber(migration.tenants)} ${migration.tenants === 1 ? "tenant" : "tenants"} are the same on both sides (${migration.checksum.slice(0, 16)}…), in ${seconds.toFixed(1)} s.`,
    `Set DATABASE_URL=${to} before the server is started again. The source is as it was.`,
  ];
  return lines.join("\n\n");
}
