import { join } from "node:path";
import { readSettings, type Settings } from "@tenantry/server/settings";

/** The options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly tenant?: string;
  readonly dataDir?: string;
  readonly databaseUrl?: string;
}

/**
 * The settings: the command's options go before the environment, and the environment before `.env`. A data directory that is named
 * without a database means the database in it.
 *
 * @throws {DomainError} `invalid_setting`.
 */
export function settingsOf({ dataDir, databaseUrl }: GlobalOptions): Settings {
  const inDirectory = dataDir === undefined ? undefined : `sqlite:${join(dataDir, "tenantry.db")}`;
  const url = databaseUrl ?? inDirectory;
  return readSettings({
    ...process.env,
    ...(dataDir === undefined ? {} : { TENANTRY_DATA_DIR: dataDir }),
    ...(url === undefined ? {} : { DATABASE_URL: url }),
  });
}
