import { DomainError } from "@tenantry/core";
import { tenantSetting } from "@tenantry/storage-sql";
import { Client, type ClientConfig, escapeIdentifier, types } from "pg";
import { parseIntoClientConfig } from "pg-connection-string";

/** How a storage connects. Times are in milliseconds. */
export interface ConnectionSettings {
  readonly url: string;
  /** The address of the tables' owner, if that is another user. */
  readonly ownerUrl?: string | undefined;
  /** The login to use instead of the address's user. */
  readonly login?: { readonly user: string; readonly password: string | undefined } | undefined;
  /**
   * The schema of the tables. Anything that server settings put before it in the search path, or that a session
   * creates, is ignored.
   */
  readonly schema?: string | undefined;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  readonly program: string;
}

const oldestServer = 14;

const int8 = 20;

/** Eight-byte integers as numbers: all counts here stay far below 2^53. */
const numberTypes: NonNullable<ClientConfig["types"]> = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === int8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/**
 * The settings of every connection; parameters in the address take precedence. The server itself ends what takes too
 * long, even if this program is gone.
 */
export function clientConfig(settings: ConnectionSettings): ClientConfig {
  const address = parseAddress(settings.url);
  return {
    types: numberTypes,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    statement_timeout: settings.statementTimeoutMs,
    lock_timeout: settings.lockTimeoutMs,
    idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
    // Only for a network that loses the answer: otherwise the server's own time-out comes first.
    query_timeout: settings.statementTimeoutMs + settings.connectTimeoutMs,
    keepAlive: true,
    application_name: settings.program,
    ...address,
    ...settings.login,
    options: [address.options ?? "", ...ownOptions(settings.schema)].join(" ").trim(),
  };
}

/** @throws {DomainError} `invalid_setting`, which never shows the address, because it may contain a password. */
function parseAddress(url: string): ClientConfig {
  try {
    return parseIntoClientConfig(url);
  } catch {
    const detail =
      "is no address of a PostgreSQL server; write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for an @ in the password and so on";
    throw new DomainError("invalid_setting", `DATABASE_URL ${detail}`, {
      fields: [{ pointer: "/DATABASE_URL", detail }],
    });
  }
}

/**
 * Session settings given when connecting. A role may change its own defaults, so a hostile statement could leave some
 * for every later connection; settings given when connecting take precedence over them.
 */
function ownOptions(schema: string | undefined): readonly string[] {
  const fixed = ["-c row_security=on", `-c ${tenantSetting}=`];
  if (schema === undefined) return fixed;
  const path = `${escapeIdentifier(schema)},pg_temp`;
  return [...fixed, `-c search_path=${path.replaceAll(/[\\ ]/g, "\\$&")}`];
}

/** Runs work on a connection of its own. */
export async function connectOnce<T>(
  settings: ConnectionSettings,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = createClient(settings);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A connection outside the pools, for migrations and for listening. */
export function createClient(settings: ConnectionSettings): OwnClient {
  const client = new Client({ ...clientConfig(settings), query_timeout: 0 });
  // Without a listener a lost connection would end the process. Users of the connection notice with their next query.
  client.on("error", () => {});
  return client as OwnClient;
}

/** `pg` has these two methods, but its types lack them. */
export type OwnClient = Client & { ref(): void; unref(): void };

/** The server and database of a URL for messages, without the password. */
export function describeServer(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    const database = decodeURIComponent(pathname.slice(1));
    return `PostgreSQL at ${hostname || "localhost"}:${port || "5432"}${database === "" ? "" : `, database ${database}`}`;
  } catch {
    return "PostgreSQL";
  }
}

/** @throws {DomainError} `storage_unavailable` where the server lacks features that the queries need. */
export function assertServerVersion(versionNumber: number, server: string): void {
  const major = Math.floor(versionNumber / 10_000);
  if (major >= oldestServer) return;
  throw new DomainError(
    "storage_unavailable",
    `${server} has version ${major}, which is too old; use PostgreSQL ${oldestServer} or newer`,
  );
}

/**
 * Refuses a server that cannot be written as required.
 *
 * @throws {DomainError} `storage_unavailable`, saying what to do.
 */
export async function assertUsable(client: Client, server: string): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string; standby: boolean }>(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
      pg_is_in_recovery() AS standby`,
  );
  const [state] = rows;
  assertServerVersion(Number(state?.version), server);
  if (state?.encoding !== "UTF8") {
    throw new DomainError(
      "storage_unavailable",
      `${server} keeps text as ${state?.encoding}; make the database with ENCODING 'UTF8'`,
    );
  }
  if (state.standby) {
    throw new DomainError(
      "storage_unavailable",
      `${server} is a standby, which cannot be written; name the primary`,
    );
  }
}
