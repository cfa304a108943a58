import { DatabaseSync } from "node:sqlite";
import { type Auth, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { organization } from "better-auth/plugins";

const dayInSeconds = 86_400;

export type BetterAuthPeer = { auth: Auth; database: DatabaseSync };

/**
 * Better Auth as a careful owner would run it: its own node:sqlite dialect with the
 * journal and durability of our side, sessions read from the signed cookie for the
 * whole run, joins done by the database, nothing limited, traced or logged, and no
 * ceiling on how many organizations a user may create.
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
  // The schema comes first: the library looks at the tables when it is made.
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  addIndexes(database);
  return { auth: betterAuth(options), database };
}

/** Its own schema indexes each column alone; these answer the four questions from one index each. */
function addIndexes(database: DatabaseSync): void {
  database.exec(`
    CREATE UNIQUE INDEX IF NOT EXISTS bench_member_of ON member ("userId", "organizationId");
    CREATE INDEX IF NOT EXISTS bench_member_page ON member ("organizationId", "createdAt", "id");
  `);
}
