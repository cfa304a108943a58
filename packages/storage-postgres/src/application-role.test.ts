import { randomBytes } from "node:crypto";
import { tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { Client } from "pg";
import { expect, inject, onTestFinished, test } from "vitest";
import { startPostgres } from "../../../scripts/tests/postgres-server.ts";
import { connectAsApplication, makeDatabase, queryOnce } from "../test/database.ts";
import { roleName } from "./application-role.ts";
import { openPostgresStorage } from "./index.ts";

/** A user of the server with a database of their own, and the address as them. */
async function makeOwner(rights: string) {
  const user = await makeUser(rights);
  const { url, drop } = await makeDatabase(
    undefined,
    `TEMPLATE template0 ENCODING 'UTF8' OWNER ${user.name}`,
  );
  onTestFinished(drop);
  return { ...user, superuserUrl: url, url: as(url, user.name, user.password) };
}

async function makeUser(rights: string) {
  const name = `test_user_${randomBytes(4).toString("hex")}`;
  const password = randomBytes(8).toString("hex");
  await queryOnce(
    inject("postgresUrl"),
    `CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${rights}`,
  );
  return { name, password };
}

function as(url: string, username: string, password: string): string {
  return Object.assign(new URL(url), { username, password }).href;
}

async function roleOf(url: string) {
  const client = await connectAsApplication(url);
  onTestFinished(() => client.end());
  const { rows } = await client.query(
    `SELECT current_user AS name, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS may_more,
        (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owned,
        (SELECT count(*) FROM pg_auth_members WHERE member = r.oid) AS belongs_to
      FROM pg_roles AS r WHERE rolname = current_user`,
  );
  return {
    client,
    ...(rows[0] as { name: string; may_more: boolean; owned: number; belongs_to: number }),
  };
}

/** Whether the storage keeps what it is given; and what it warned of. */
async function use(options: { url: string; ownerUrl?: string }) {
  const warnings: string[] = [];
  const storage = await openPostgresStorage({
    ...options,
    onWarning: (text) => warnings.push(text),
  });
  await storage.transaction("t", async (ports) => {
    if ((await ports.tenants.find("t")) === undefined)
      await ports.tenants.insert(tenantRecord("t"));
  });
  const id = randomBytes(4).toString("hex");
  await storage.transaction("t", (ports) => ports.users.insert(userRecord("t", id)));
  expect(await storage.committed.users.find("t", id)).toBeDefined();
  await storage.close();
  return warnings;
}

test("works as a role that owns nothing, may do nothing else and belongs to nobody, made by an owner who may", async () => {
  for (const rights of ["CREATEROLE", "SUPERUSER"]) {
    const { url, name, password } = await makeOwner(rights);
    expect(await use({ url })).toEqual([]);
    const role = await roleOf(url);
    expect(role.name).not.toBe(name);
    expect([role.may_more, role.owned, role.belongs_to]).toEqual([false, 0, 0]);
    // Whoever learns the one password has not the other.
    await expect(queryOnce(as(url, role.name, password), "SELECT 1")).rejects.toMatchObject({
      code: "28P01",
    });
    for (const statement of ["CREATE TABLE t (id text)", "SELECT * FROM tenantry_migrations"]) {
      await expect(role.client.query(statement)).rejects.toMatchObject({ code: "42501" });
    }
  }
});

test("goes on after the owner has taken another password", async () => {
  const owner = await makeOwner("CREATEROLE");
  await use({ url: owner.url });
  await queryOnce(inject("postgresUrl"), `ALTER ROLE ${owner.name} PASSWORD 'another'`);
  expect(await use({ url: as(owner.url, owner.name, "another") })).toEqual([]);
});

test("makes its role once where six databases of one owner are opened at once", async () => {
  const owner = await makeOwner("CREATEROLE");
  const others = await Promise.all(
    Array.from({ length: 5 }, () =>
      makeDatabase(undefined, `TEMPLATE template0 ENCODING 'UTF8' OWNER ${owner.name}`),
    ),
  );
  onTestFinished(async () => {
    for (const other of others) await other.drop();
  });
  const urls = [owner.url, ...others.map(({ url }) => as(url, owner.name, owner.password))];
  const warnings = await Promise.all(urls.map((url) => use({ url })));
  expect(warnings.flat()).toEqual([]);
});

test("goes on where another program makes the role, or gives it its password, at the same moment", async () => {
  const owner = await makeOwner("SUPERUSER");
  const role = roleName(owner.name);
  const meanwhile = async (statement: string) => {
    const other = new Client(owner.superuserUrl);
    await other.connect();
    await other.query(`BEGIN; ${statement}`);
    const opening = use({ url: owner.url });
    opening.catch(() => {});
    await expect
      .poll(() =>
        queryOnce(
          owner.superuserUrl,
          `SELECT 1 AS waits FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        ),
      )
      .toEqual([{ waits: 1 }]);
    await other.query("COMMIT");
    await other.end();
    return await opening;
  };
  expect(await meanwhile(`CREATE ROLE ${role} LOGIN NOINHERIT PASSWORD 'another'`)).toEqual([]);
  const [known] = await queryOnce(
    owner.superuserUrl,
    `SELECT rolpassword FROM pg_authid WHERE rolname = '${role}'`,
  );
  await queryOnce(owner.superuserUrl, `ALTER ROLE ${role} PASSWORD 'stolen'`);
  const given = `ALTER ROLE ${role} PASSWORD '${String(known?.rolpassword)}'`;
  expect(await meanwhile(given)).toEqual([]);
});

test("sends the server no password of its role, so that none stands in its log", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  await queryOnce(server.url, "ALTER SYSTEM SET log_statement = 'all'");
  await queryOnce(server.url, "SELECT pg_reload_conf()");
  const isLogging = () => queryOnce(server.url, "SHOW log_statement");
  await expect.poll(isLogging).toEqual([{ log_statement: "all" }]);
  await (await openPostgresStorage({ url: server.url })).close();
  const passwords = () =>
    [...server.log().matchAll(/ROLE \S+ LOGIN.* PASSWORD '([^']*)'/g)].map(([, given]) => given);
  await expect.poll(passwords).toEqual([expect.stringMatching(/^SCRAM-SHA-256\$/)]);
});

test("warns where it works as the owner, who is held by the policies all the same", async () => {
  const { url, name } = await makeOwner("");
  expect(await use({ url })).toEqual([
    expect.stringMatching(
      new RegExp(
        `statements run as ${name}, and they own the tables .* name the owner in DATABASE_OWNER_URL`,
      ),
    ),
  ]);
  expect(await queryOnce(url, "SELECT 1 FROM users")).toEqual([]);
});

test("warns where it works as somebody whom no policy holds", async () => {
  const { url } = await makeOwner("BYPASSRLS");
  expect(await use({ url })).toEqual([
    expect.stringMatching(/row-level security does not hold them/),
  ]);
});

test("is not led astray by what a statement has made the defaults of its role", async () => {
  const { url } = await makeOwner("CREATEROLE");
  await use({ url });
  const role = await roleOf(url);
  for (const setting of ["row_security = off", "search_path = pg_temp"]) {
    await role.client.query(`ALTER ROLE CURRENT_USER SET ${setting}`);
  }
  await role.client.query("ALTER ROLE CURRENT_USER PASSWORD 'stolen'");
  expect(await use({ url })).toEqual([]);
  const { client } = await roleOf(url);
  expect((await client.query("SELECT 1 FROM users")).rows).toEqual([]);
});

test("works as the user that it is given beside the owner, and gives them the rights", async () => {
  const [owner, user] = [await makeOwner(""), await makeUser("")];
  const url = as(owner.url, user.name, user.password);
  expect(await use({ url, ownerUrl: owner.url })).toEqual([]);
  expect(await queryOnce(url, "SELECT 1 FROM users")).toEqual([]);
});

test("refuses a user beside the owner who could get past the policies", async () => {
  const [owner, member] = [await makeOwner(""), await makeUser("")];
  await queryOnce(owner.superuserUrl, `GRANT ${owner.name} TO ${member.name}`);
  const bypassing = await makeUser("BYPASSRLS");
  await queryOnce(
    owner.superuserUrl,
    `GRANT CONNECT ON DATABASE ${new URL(owner.url).pathname.slice(1)} TO ${bypassing.name}`,
  );
  const refused: readonly [string, RegExp][] = [
    [owner.superuserUrl, /is not held by row-level security; take SUPERUSER and BYPASSRLS from it/],
    [
      as(owner.url, bypassing.name, bypassing.password),
      /is not held by row-level security; take SUPERUSER and BYPASSRLS from it/,
    ],
    [owner.url, /owns the tables or belongs to their owner; name a user in DATABASE_URL who/],
    [as(owner.url, member.name, member.password), /belongs to their owner/],
  ];
  for (const [url, message] of refused) {
    await expect(openPostgresStorage({ url, ownerUrl: owner.url })).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringMatching(message),
    });
  }
});

test("keeps a row from a transaction that was begun for another tenant, as a fault of the program", async () => {
  const { url } = await makeOwner("CREATEROLE");
  const storage = await openPostgresStorage({ url });
  onTestFinished(() => storage.close());
  for (const id of ["t", "u"]) {
    await storage.transaction(id, (ports) => ports.tenants.insert(tenantRecord(id)));
  }
  for (const scope of ["t", null]) {
    await expect(
      storage.transaction(scope, (ports) => ports.users.insert(userRecord("u", "ann"))),
    ).rejects.toMatchObject({
      code: "internal",
      message: "A row of another tenant would have been written",
    });
  }
  expect(await storage.transaction("u", (ports) => ports.users.find("u", "ann"))).toBeUndefined();
});
