import { execFile } from "node:child_process";
import { existsSync, globSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** What one statement is asked with. */
export type Statement = { sql: string; values: readonly (string | number | null)[] };

/** Who asks, beside what the server's address says. */
export type Login = { user?: string | undefined; password?: string | undefined };

/** Statements a second that PostgreSQL's own load generator gets out of the server, in turn out of these. */
export async function measurePgbench(
  url: string,
  login: Login,
  directory: string,
  statements: readonly Statement[],
  load: { callers: number; seconds: number },
): Promise<number> {
  const files = statements.map((statement, index) => {
    const file = path.join(directory, `statement-${index}.sql`);
    writeFileSync(file, `${withLiterals(statement).replaceAll(/\s+/g, " ")};\n`);
    return ["-f", file];
  });
  const { callers, seconds } = load;
  const args = ["-n", "-M", "prepared", "-c", String(callers), "-j", "1", "-T", String(seconds)];
  const { stdout } = await promisify(execFile)(findPgbench(), [...args, ...files.flat()], {
    env: { ...process.env, ...addressOf(url, login) },
  });
  const rate = /tps = ([\d.]+) \(without/.exec(stdout)?.[1];
  if (rate === undefined) throw new Error(`pgbench says no rate:\n${stdout}`);
  return Number(rate);
}

/** The placeholders filled in: pgbench has no variables for text. */
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

/** On the PATH, or where Debian and its relatives have it. */
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
