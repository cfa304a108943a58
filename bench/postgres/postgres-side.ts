import path from "node:path";
import type { Storage } from "@tenantry/core";
import {
  bind,
  definedQueries,
  defineEveryPage,
  postgresDialect,
  type SqlValue,
} from "@tenantry/storage-sql";
import { connectOnce } from "../../packages/storage-postgres/src/connection.ts";
import {
  connectionSettings,
  openPostgresStorage,
  prepareDatabase,
} from "../../packages/storage-postgres/src/postgres-storage.ts";
import { startPostgres } from "../../scripts/tests/postgres-server.ts";
import type { Bench } from "../harness/bench.ts";
import { openFilledFile } from "../ours/filled-file.ts";
import { copyToPostgres } from "../ours/run-filler.ts";
import { copyDatabase } from "../references/copy-database.ts";
import type { Login, Statement } from "./pgbench.ts";

/** A PostgreSQL server with the data of the run, and Tenantry's storage on it in this process. */
export type PostgresSide = {
  storage: Storage;
  tenantId: string;
  /** The address with a superuser, who is not bound by policies. */
  url: string;
  /** The address with the storage's own role, which is bound by policies. */
  application: Login;
  /** The address with a role that has the same privileges and is not bound by policies. */
  unheld: Login;
  close(): Promise<void>;
};

export function openPostgresSide(bench: Bench): Promise<PostgresSide> {
  return bench.share("postgres", async () => {
    const { file } = await openFilledFile(bench);
    // As in real use, acknowledged writes must be on disk.
    const server = await startPostgres(["fsync=on"]);
    const { url } = server;
    const copy = path.join(bench.directory, "for-postgres.db");
    copyDatabase(file, copy);
    const tenantId = await copyToPostgres(copy, url);
    const superuser = connectionSettings({ url, statementTimeoutMs: 600_000 });
    await connectOnce(superuser, (client) => client.query("VACUUM ANALYZE"));
    await connectOnce(superuser, (client) => client.query(makeUnheld));
    const storage = await openPostgresStorage({ url });
    const { settings } = await prepareDatabase(superuser, "the bench's server");
    return {
      storage,
      tenantId,
      url,
      application: settings.login ?? {},
      unheld,
      async close() {
        await storage.close();
        await server.remove();
      },
    };
  });
}

/** Not a superuser, who would also skip privilege checks; the row measures only the policies. */
const unheld = { user: "unheld", password: "unheld" };
const makeUnheld = `
  CREATE ROLE ${unheld.user} LOGIN BYPASSRLS PASSWORD '${unheld.password}';
  GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${unheld.user}`;

/** One of our statements as it is sent within a transaction, or alone together with its tenant. */
export function statementOf(
  name: string,
  args: readonly SqlValue[],
  form: "with a plain WHERE" | "alone" = "with a plain WHERE",
): Statement {
  defineEveryPage();
  const query = definedQueries().find((defined) => defined.name === name);
  if (query === undefined) throw new Error(`there is no query ${name}`);
  const { sql, bindings } =
    form === "alone" ? query.compileAlone(postgresDialect) : query.compile(postgresDialect);
  return { sql, values: bind(bindings, args) };
}
