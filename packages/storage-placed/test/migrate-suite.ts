import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ledgerTable, migrations } from "@tenantry/storage-sql";
import { expect, test } from "vitest";
import { newDatabaseName } from "../src/index.ts";
import { type Installation, openProcess, tenantId } from "./installation.ts";

const program = fileURLToPath(new URL("./migrate-program.ts", import.meta.url));
const servers = 5;

/** The schema that a place is given: as a version left it that knew so many migrations, with a table that keeps what is written in its ledger. */
export const known = migrations.slice(0, 4);
export const watchLedger = {
  table: "CREATE TABLE ran (name text)",
  sqlite: `CREATE TRIGGER notes_ran AFTER INSERT ON ${ledgerTable} BEGIN INSERT INTO ran VALUES (NEW.name); END`,
  postgres: `
    CREATE FUNCTION note_ran() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO ran VALUES (NEW.name); RETURN NULL; END';
    CREATE TRIGGER notes_ran AFTER INSERT ON ${ledgerTable} FOR EACH ROW EXECUTE FUNCTION note_ran()`,
};

interface Old {
  readonly installation: Installation;
  /** Makes a database of that name with the old schema, whose ledger is watched. */
  make(database: string): Promise<void>;
  /** What was written in its ledger since. */
  ran(database: string): Promise<readonly string[]>;
}

/** What servers promise that start at the same moment over a tenant's database that an earlier version left. */
export function describeMigratingAtOnce(open: () => Promise<Old>): void {
  test("several servers that start at once migrate a tenant's database once, and all of them use it", async () => {
    const { installation, make, ran } = await open();
    const database = newDatabaseName();
    await make(database);
    const { storage } = await openProcess(installation);
    const now = new Date().toISOString();
    const placement = { tenant_id: tenantId, server: "main", database, epoch: 1 } as const;
    await storage.transaction(null, ({ placements }) =>
      placements.insert({ ...placement, state: "steady", created_at: now, updated_at: now }),
    );
    await storage.close();
    const children = await Promise.all(
      Array.from({ length: servers }, () => startServer(installation)),
    );
    const migrated = await Promise.all(children.map(migrateAll));
    expect(migrated).toEqual(Array(servers).fill({ migrated: 1, failures: [] }));
    const pending = migrations.slice(known.length).map(({ name }) => name);
    expect((await ran(database)).toSorted()).toEqual(pending);
  });
}

async function startServer(installation: Installation): Promise<ChildProcess> {
  const child = fork(program, [JSON.stringify(installation)]);
  await once(child, "message");
  return child;
}

async function migrateAll(child: ChildProcess): Promise<unknown> {
  child.send("go");
  const ended = once(child, "exit");
  const [answer] = await Promise.race([once(child, "message"), ended]);
  await ended;
  return answer;
}
