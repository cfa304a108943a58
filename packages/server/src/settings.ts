import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { DomainError, type FieldFault } from "@tenantry/core";
import type { z } from "zod";
import type { SettingField } from "./settings-fields.ts";
import { foreignSettings, settingsTable } from "./settings-table.ts";

type Table = typeof settingsTable;
type Values = { readonly [K in keyof Table]: z.output<Table[K]["schema"]> };

/** The settings of an installation, parsed and checked. */
export interface Settings extends Omit<Values, `masterDb${string}`> {
  /** Settings that were given and have no effect, one line each. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment and from `.env` in the directory; the environment takes precedence. An
 * empty value counts as absent.
 *
 * @throws {DomainError} `invalid_setting` with every fault, not only the first.
 */
export function readSettings(
  environment: Environment,
  directory: string = process.cwd(),
): Settings {
  const faults: FieldFault[] = [];
  const given = { ...readDotenv(directory), ...withoutEmpty(environment) };
  const values = readValues(given, faults);
  const databaseUrl = databaseUrlOf(given, values, faults);
  if (faults.length > 0) throw invalid(faults);
  const { masterDbHost, masterDbPort, masterDbName, masterDbUser, masterDbPassword, ...rest } =
    values;
  return { ...rest, databaseUrl, warnings: warningsOf(given, values) };
}

function readDotenv(directory: string): Environment {
  const file = join(directory, ".env");
  return existsSync(file) ? withoutEmpty(parseEnv(readFileSync(file, "utf8"))) : {};
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}

function readValues(given: Environment, faults: FieldFault[]): Values {
  const entries = Object.entries(settingsTable).map(([key, field]) => {
    const text = field.isSecret ? readSecret(given, field.name, faults) : given[field.name];
    const result = (field as SettingField<unknown>).schema.safeParse(text);
    if (result.success) return [key, result.data];
    for (const issue of result.error.issues) fault(faults, field.name, issue.message);
    return [key, undefined];
  });
  return Object.fromEntries(entries) as Values;
}

/** A secret, or the content of the file named in NAME_FILE, which is how container platforms provide secrets. */
function readSecret(given: Environment, name: string, faults: FieldFault[]): string | undefined {
  const file = given[`${name}_FILE`];
  if (file === undefined) return given[name];
  if (given[name] !== undefined) {
    fault(faults, name, `is given beside ${name}_FILE; give one of them`);
    return undefined;
  }
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : "unreadable";
    fault(faults, `${name}_FILE`, `names a file that cannot be read (${reason}): ${file}`);
    return undefined;
  }
}

/**
 * Builds `DATABASE_URL` from the parts of a PostgreSQL address, with PostgreSQL's usual defaults. Which kinds of
 * storage exist is checked when one is opened.
 */
function databaseUrlOf(
  given: Environment,
  values: Values,
  faults: FieldFault[],
): string | undefined {
  const parts = Object.keys(given).filter((name) => partNames.test(name));
  const { databaseUrl } = values;
  if (parts.length === 0) {
    if (databaseUrl === undefined || /^(sqlite|json|postgres|postgresql):./.test(databaseUrl)) {
      return databaseUrl;
    }
    fault(faults, "DATABASE_URL", "is none of sqlite:PATH, json:DIRECTORY and postgres://…");
    return undefined;
  }
  if (databaseUrl !== undefined) {
    fault(faults, "DATABASE_URL", `is given beside ${parts.join(", ")}; give one or the other`);
    return undefined;
  }
  const url = new URL("postgres://localhost");
  url.hostname = values.masterDbHost;
  url.port = String(values.masterDbPort);
  url.pathname = `/${encodeURIComponent(values.masterDbName)}`;
  url.username = encodeURIComponent(values.masterDbUser);
  url.password = encodeURIComponent(values.masterDbPassword ?? "");
  return url.href;
}

const partNames = /^MASTER_DB_(HOST|PORT|NAME|USER|PASSWORD)(_FILE)?$/;

function fault(faults: FieldFault[], name: string, detail: string): void {
  faults.push({ pointer: `/${name}`, detail });
}

function invalid(faults: readonly FieldFault[]): DomainError {
  const lines = faults.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`);
  return new DomainError("invalid_setting", lines.join("; "), { fields: faults });
}

function warningsOf(given: Environment, values: Values): string[] {
  const known = new Set(
    Object.values(settingsTable).flatMap(({ name, isSecret }) =>
      isSecret ? [name, `${name}_FILE`] : [name],
    ),
  );
  const warnings = Object.keys(given)
    .filter((name) => name.startsWith("TENANTRY_") && !known.has(name))
    .map((name) => `${name} is not a setting and has no effect`);
  for (const [name, text] of Object.entries(foreignSettings)) {
    if (given[name] !== undefined) warnings.push(`${name} ${text}`);
  }
  if (values.corsOrigins.includes("*")) {
    warnings.push(
      "TENANTRY_CORS_ORIGINS is *: every web page may call the API with a token that it has",
    );
  }
  return warnings;
}

/** The standbys, as the library expects them. */
export function replicasOf(settings: Settings) {
  return {
    replicaUrls: settings.databaseReplicaUrls,
    replicaMaximumLagMs: settings.replicaMaximumLagSeconds * 1000,
  };
}

function isEmptyMap(given: unknown): boolean {
  return given instanceof Map && given.size === 0;
}

/** The settings without their secrets, of which only the names are shown. */
export function redactSettings(settings: Settings): Record<string, unknown> {
  const shown = Object.entries(settingsTable)
    .filter(([key]) => key in settings)
    .map(([key, { name, isSecret }]) => {
      const given = settings[key as keyof Settings];
      const isEmpty = (Array.isArray(given) && given.length === 0) || isEmptyMap(given);
      const value = isEmpty ? undefined : given;
      return [name, isSecret && value !== undefined ? "(secret)" : (value ?? null)];
    });
  return Object.fromEntries(shown);
}

/** The content of `.env.example`: every setting with its default, commented out. */
export function renderEnvExample(): string {
  const entries: SettingField<unknown>[] = Object.values(settingsTable);
  const blocks = entries.map(({ name, description, example, isSecret }) => {
    const file = isSecret ? ` ${name}_FILE names a file that holds it.` : "";
    return `# ${description}${file}\n#${name}=${example}\n`;
  });
  const head =
    "# The settings of Tenantry. Copy this file to .env and take out the # where you want another value.\n";
  return [head, ...blocks].join("\n");
}
