import { execFile } from "node:child_process";
import { existsSync, globSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** A statement with the values of its parameters. */
export type Statement = { sql: string; values: readonly (string | number | null)[] };

/** The user to connect as, in addition to the server's address. */
export type Login = { user?: string | undefined; password?: string | undefined };

/** The load that pgbench makes, and the variables of its scripts. */
export type PgbenchLoad = {
  callers: number;
  seconds: number;
  variables?: Readonly<Record<string, number>>;
};

/** Statements per second that pgbench, PostgreSQL's own load generator, reaches with these statements in turn. */
export async function measurePgbench(
  url: string,
  login: Login,
  directory: string,
  statements: readonly Statement[],
  load: PgbenchLoad,
): Promise<number> {
  const scripts = statements.map(
    (statement) => `${withLiterals(statement).replaceAll(/\s+/g, " ")};\n`,
  );
  return await run(url, login, directory, scripts, load);
}

/** Transactions per second of a script in pgbench's language. */
export async function measurePgbenchScript(
  url: string,
  login: Login,
  directory: string,
  script: string,
  load: PgbenchLoad,
): Promise<number> {
  return await run(url, login, directory, [script], load);
}

async function run(
  url: string,
  login: Login,
  directory: string,
  scripts: readonly string[],
  { callers, seconds, variables = {} }: PgbenchLoad,
): Promise<number> {
  const files = scripts.map((script, index) => {
    const file = path.join(directory, `script-${index}.sql`);
    writeFileSync(file, script);
    return ["-f", file];
  });
  const set = Object.entries(variables).map(([name, value]) => ["-D", `${name}=${value}`]);
  const args = ["-n", "-M", "prepared", "-c", String(callers), "-j", "1", "-T", String(seconds)];
  const { stdout } = await promisify(execFile)(
    findPgbench(),
    [...args, ...set.flat(), ...files.flat()],
    { env: { ...process.env, ...addressOf(url, login) } },
  );
  const rate = /tps = ([\d.]+) \(without/.exec(stdout)?.[1];
  if (rate === undefined) throw new Error(`pgbench says no rate:\n${stdout}`);
  return Number(rate);
}

/** Replaces placeholders with literals, because pgbench has no text variables. */
function withLiterals({ sql, values }: Statement): string {
  return sql.replaceAll(/\$(\d+)/g, (_, number: string) => {
    const value = values[Number(number) - 1] ?? null;
    if (value === null) return "NULL";
    return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
  });
}

function addressOf(url: string, login: Login): Record<string, string> {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGDATABASE: pathname.slice(1),
    PGUSER: login.user ?? username,
    PGPASSWORD: login.password ?? password,
  };
}

/** Looks for pgbench on the PATH and in the directories of Debian-like systems. */
function findPgbench(): string {
  const folders = [
    ...(process.env.PATH ?? "").split(path.delimiter),
    ...globSync("/usr/lib/postgresql/*/bin"),
    ...globSync("/usr/pgsql-*/bin"),
  ];
  const found = folders.map((folder) => path.join(folder, "pgbench")).find(existsSync);
  if (found === undefined) {
    throw new Error("pgbench is not on this machine; install PostgreSQL's contributed programs");
  }
  return found;
}
