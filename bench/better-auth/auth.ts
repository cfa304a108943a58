import { DatabaseSync } from "node:sqlite";
import { type Auth, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { organization } from "better-auth/plugins";

const dayInSeconds = 86_400;

export type BetterAuthPeer = { auth: Auth; database: DatabaseSync };

/**
 * Better Auth, configured for speed: its own node:sqlite dialect with the same journal and
 * durability as our side, sessions read from the signed cookie for the whole run, joins in the
 * database, no rate limit, tracing or log, and no limit on how many organizations a user may
 * create.
 */
export async function openBetterAuth(file: string, origin: string): Promise<BetterAuthPeer> {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  const options = {
    database,
    baseURL: origin,
    secret: "Zk3vQ9xT1mB7rY5wJ8nC2hL6pD4sG0aF",
    session: { cookieCache: { enabled: true, maxAge: dayInSeconds } },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    experimental: { instrumentation: { enabled: false } },
    advanced: { database: { joins: true } },
    plugins: [organization()],
  };
  // The schema must exist first, because the library reads the tables when it is created.
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  addIndexes(database);
  return { auth: betterAuth(options), database };
}

/** The library's schema indexes single columns. With these, each of the four questions uses one index. */
function addIndexes(database: DatabaseSync): void {
  database.exec(`
    CREATE UNIQUE INDEX IF NOT EXISTS bench_member_of ON member ("userId", "organizationId");
    CREATE INDEX IF NOT EXISTS bench_member_page ON member ("organizationId", "createdAt", "id");
  `);
}
