import { existsSync } from "node:fs";
import { join } from "node:path";
import { readSettings, type Settings } from "@tenantry/server/settings";
import { type DatabaseLocation, parseDatabaseUrl } from "tenantry";

/** The options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly tenant?: string;
  readonly dataDir?: string;
  readonly databaseUrl?: string;
}

/**
 * Reads the settings: options of the command take precedence over the environment, and the environment over `.env`. A
 * data directory given without a database means the database in it, whatever the environment names.
 *
 * @throws {DomainError} `invalid_setting`.
 */
export function settingsOf({ dataDir, databaseUrl }: GlobalOptions): Settings {
  const url = databaseUrl ?? (dataDir === undefined ? undefined : databaseIn(dataDir));
  return readSettings({
    ...process.env,
    ...(dataDir === undefined ? {} : { TENANTRY_DATA_DIR: dataDir }),
    ...(url === undefined ? {} : { DATABASE_URL: url }),
  });
}

/** The location of the database that the settings name. */
export function locationOf({ databaseUrl, dataDirectory }: Settings): DatabaseLocation {
  return parseDatabaseUrl(databaseUrl ?? databaseIn(dataDirectory), dataDirectory);
}

/** A directory with the Python module's files is opened as a JSON directory. */
function databaseIn(directory: string): string {
  const isJson = existsSync(join(directory, "organizations.json"));
  return isJson ? `json:${directory}` : `sqlite:${join(directory, "tenantry.db")}`;
}
