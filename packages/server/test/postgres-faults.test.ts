import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type OwnPostgres, startPostgres } from "../../../scripts/tests/postgres-server.ts";
import {
  connectAsApplication,
  makeDatabase,
  queryOnce,
} from "../../storage-postgres/test/database.ts";
import { denialsOf } from "./denials.ts";
import { createClient } from "./http-client.ts";
import { found, register } from "./people.ts";
import { startTestServer } from "./test-server.ts";

/** What people are told when something is wrong with PostgreSQL, and that the server goes on by itself when it is mended. */

let postgres: OwnPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.remove());

const as = "operator";

/** A server over a database of its own, which `options` say how to make. */
async function start(options?: string, user = "") {
  const { url } = await makeDatabase(postgres.url, options);
  const asUser = user === "" ? {} : { username: user, password: user };
  const server = await startTestServer({
    environment: { DATABASE_URL: Object.assign(new URL(url), asUser).href },
  });
  onTestFinished(() => server.stop());
  return { server, client: createClient(server.address), url };
}

/** The one tenant with a database of its own, by its slug, and that database. */
async function makeDedicated({ client, url }: Awaited<ReturnType<typeof start>>, name: string) {
  const made = await client("createTenant", { as, body: { name, placement: "dedicated" } });
  expect(made.status).toBe(201);
  const where = `SELECT database FROM placements WHERE tenant_id = '${made.body.id}'`;
  const [row] = await queryOnce(url, where);
  return { headers: { "tenantry-tenant": made.body.slug }, database: String(row?.database) };
}

test("a token is not refused while the server is gone: that it cannot be reached is said, and no refusal is kept", async () => {
  const { server, client } = await start();
  const { token } = await register(client);
  const heard = server.tenantry.engine.storage.foreignCommits(null);
  await postgres.stop();
  // Whatever was remembered is believed no more: the keys are read anew.
  await expect.poll(() => server.tenantry.engine.storage.foreignCommits(null)).not.toBe(heard);
  const refused = await client("getMe", { as: token });
  const atLogIn = await client("register", {
    body: { email: "x@example.com", password: "a long password", name: "X" },
  });
  await postgres.start();
  for (const { status, problem, headers } of [refused, atLogIn]) {
    expect([status, problem.code]).toEqual([503, "storage_unavailable"]);
    expect(problem.detail).toMatch(
      /^PostgreSQL at localhost:\d+, .* cannot be reached \(.*\); see that it runs\. This recovers by itself/,
    );
    expect(headers.get("retry-after")).toBe("1");
  }
  expect(await denialsOf(server, refused.problem.request_id)).toEqual([]);
  expect((await client("getMe", { as: token })).status).toBe(200);
});

test.skipIf(!canMount())(
  "a disk that is really full is named, nothing half done is left, and it goes on when there is room",
  async () => {
    const disk = await mountSmallDisk();
    const full = await start(`TEMPLATE template0 ENCODING 'UTF8' TABLESPACE ${disk.tablespace}`);
    const { client } = full;
    disk.fill();
    const kept: string[] = [];
    const create = async (name: string) => {
      const body = { name, metadata: { text: randomBytes(1_500).toString("base64") } };
      return await client("createOrganization", { as, body });
    };
    let answer = await create("first");
    while (answer.status === 201 && kept.length < 1_000) {
      kept.push(answer.body.id);
      answer = await create(`organization ${kept.length}`);
    }
    expect([answer.status, answer.problem.code]).toEqual([503, "storage_unavailable"]);
    expect(answer.problem.detail).toMatch(
      /^The disk of PostgreSQL at .* is full\. Nothing was changed; free some space and try again$/,
    );
    expect(await countIn(full.url)).toEqual({ organizations: kept.length, events: kept.length });
    expect((await client("listOrganizations", { as, query: { limit: 1 } })).status).toBe(200);
    disk.makeRoom();
    expect((await create(`organization ${kept.length}`)).status).toBe(201);
  },
);

async function countIn(url: string) {
  const [row] = await queryOnce(
    url,
    `SELECT (SELECT count(*)::int FROM organizations) AS organizations,
      (SELECT count(*)::int FROM events WHERE type = 'organization.created') AS events`,
  );
  return row;
}

test("a query that the server's administrator cancels is answered as busy, and leaves nothing", async () => {
  const { server, client, url } = await start();
  const { id } = await found(server, await register(client));
  const holder = await connectAsApplication(url);
  onTestFinished(() => holder.end());
  const { defaultTenant } = server.tenantry;
  await holder.query(`BEGIN; SELECT set_config('tenantry.tenant_id', '${defaultTenant.id}', true)`);
  expect((await holder.query("SELECT 1 FROM organizations FOR UPDATE")).rows).toHaveLength(1);
  const change = (name: string) =>
    client("updateOrganization", {
      as,
      method: "PUT",
      params: { organization_id: id },
      body: { name },
    });
  const waiting = change("Other");
  await expect
    .poll(() =>
      queryOnce(
        url,
        `SELECT pg_cancel_backend(pid) AS cancelled FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      ),
    )
    .toEqual([{ cancelled: true }]);
  const { status, problem, headers } = await waiting;
  expect([status, problem.code, headers.get("retry-after")]).toEqual([503, "storage_busy", "1"]);
  expect(problem.detail).toBe("The storage took too long and the query was cancelled");
  await holder.query("ROLLBACK");
  expect((await change("New")).body.name).toBe("New");
});

test("a server that takes no more connections is named, with what to do, and used again when it does", async () => {
  const { client, url } = await start();
  const [row] = await queryOnce(
    url,
    `SELECT usename AS role FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'tenantry%' LIMIT 1`,
  );
  await queryOnce(url, `ALTER ROLE ${row?.role} CONNECTION LIMIT 0`);
  await queryOnce(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${row?.role}'`,
  );
  const list = () => client("listOrganizations", { as });
  await expect.poll(async () => (await list()).problem?.code).toBe("storage_busy");
  expect((await list()).problem.detail).toMatch(
    /takes no more connections; raise max_connections or lower/,
  );
  await queryOnce(url, `ALTER ROLE ${row?.role} CONNECTION LIMIT -1`);
  expect((await list()).status).toBe(200);
});

test("a tenant's database that is gone is named to the operator, others are served, and it is used when it is back", async () => {
  const started = await start();
  const { client } = started;
  const { headers, database } = await makeDedicated(started, "Gone");
  const list = () => client("listOrganizations", { as, headers });
  expect((await list()).status).toBe(200);
  await queryOnce(
    postgres.url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
  );
  await queryOnce(postgres.url, `ALTER DATABASE ${database} RENAME TO away`);
  await expect.poll(async () => (await list()).problem?.code).toBe("storage_unavailable");
  expect((await list()).problem.detail).toMatch(
    new RegExp(`database ${database} is not there; put it back or restore it`),
  );
  expect((await client("listOrganizations", { as })).status).toBe(200);
  await queryOnce(postgres.url, `ALTER DATABASE away RENAME TO ${database}`);
  expect((await list()).status).toBe(200);
});

test("a user who may make no databases is told how to let them, and no tenant is left", async () => {
  await queryOnce(postgres.url, "CREATE ROLE modest LOGIN PASSWORD 'modest'");
  const { client } = await start("TEMPLATE template0 ENCODING 'UTF8' OWNER modest", "modest");
  const create = () =>
    client("createTenant", { as, body: { name: "Acme", placement: "dedicated" } });
  const { status, problem } = await create();
  expect([status, problem.code]).toEqual([503, "storage_unavailable"]);
  expect(problem.detail).toContain('ALTER ROLE "modest" CREATEDB');
  const query = { q: "acme", total: true };
  expect((await client("listTenants", { as, query })).body.total).toBe(0);
  await queryOnce(postgres.url, "ALTER ROLE modest CREATEDB");
  expect((await create()).body.slug).toBe("acme");
});

/** A small file system is made where the tests run as root on Linux and may mount. */
function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const directory = mkdtempSync(join(tmpdir(), "tenantry-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", directory], { stdio: "ignore" });
    execFileSync("umount", [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A file system of 40 MB with a tablespace of the server's on it. */
async function mountSmallDisk() {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-small-disk-"));
  const [row] = await queryOnce(postgres.url, "SHOW data_directory");
  const { uid } = statSync(String(row?.data_directory));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=40m,uid=${uid},mode=700`, "tmpfs", directory]);
  await queryOnce(postgres.url, `CREATE TABLESPACE small LOCATION '${directory}'`);
  const filler = join(directory, "filler");
  onTestFinished(async () => {
    for (const { datname } of await queryOnce(
      postgres.url,
      "SELECT datname FROM pg_database AS d JOIN pg_tablespace AS t ON t.oid = dattablespace WHERE spcname = 'small'",
    )) {
      await queryOnce(postgres.url, `DROP DATABASE ${String(datname)} WITH (FORCE)`);
    }
    await queryOnce(postgres.url, "DROP TABLESPACE small");
    execFileSync("umount", [directory]);
    rmSync(directory, { recursive: true });
  });
  return {
    tablespace: "small",
    /** Takes all the room that is left. */
    fill() {
      const appendAll = () => {
        for (;;) appendFileSync(filler, Buffer.alloc(65_536));
      };
      expect(appendAll).toThrow("ENOSPC");
    },
    makeRoom: () => rmSync(filler),
  };
}
