import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { expect, inject, onTestFinished, test } from "vitest";
import { makeDatabase, queryOnce, type TestDatabase } from "../test/database.ts";
import { assertServerVersion } from "./connection.ts";
import { openPostgresStorage } from "./index.ts";

async function make(options?: string): Promise<TestDatabase> {
  const database = await makeDatabase(inject("postgresUrl"), options);
  onTestFinished(database.drop);
  return database;
}

/** What opening is refused with; the message must say what to do and never the password. */
async function refusal(url: string): Promise<{ code: string; message: string }> {
  const outcome = await openPostgresStorage({ url, connectTimeoutMs: 2_000 }).then(
    (storage) => storage.close().then(() => new Error("was opened")),
    (error: unknown) => error,
  );
  const { code, message } = outcome as { code: string; message: string };
  expect(message).not.toContain("s3cret");
  return { code, message };
}

function changed(url: string, parts: Partial<Record<"username" | "password" | "port", string>>) {
  return Object.assign(new URL(url), parts).href;
}

test("says that the password is wrong, and not which", async () => {
  const { url } = await make();
  const { code, message } = await refusal(changed(url, { password: "s3cret" }));
  expect([code, message]).toEqual([
    "storage_unavailable",
    expect.stringMatching(/refused the password; correct the user or password in DATABASE_URL/),
  ]);
});

test("says that there is no such database", async () => {
  const url = new URL(inject("postgresUrl"));
  url.pathname = "/nowhere";
  const { code, message } = await refusal(url.href);
  expect([code, message]).toEqual([
    "storage_unavailable",
    expect.stringMatching(
      /database nowhere is not there; .* before a first start, make it with CREATE DATABASE/,
    ),
  ]);
});

test("says that an address cannot be read, and nothing of what is in it", async () => {
  const { code, message } = await refusal("postgres://user:s3cret@[nowhere/db");
  expect([code, message]).toEqual([
    "invalid_setting",
    expect.stringMatching(/^DATABASE_URL is no address of a PostgreSQL server; write postgres:/),
  ]);
});

test("says that no server answers", async () => {
  const { url } = await make();
  const { code, message } = await refusal(changed(url, { port: "1" }));
  expect([code, message]).toEqual([
    "storage_unavailable",
    expect.stringMatching(/cannot be reached \(ECONNREFUSED\); see that it runs/),
  ]);
});

test("says that the user lacks the rights, and leaves the database as it was", async () => {
  const { url } = await make();
  const user = `visitor_${randomBytes(4).toString("hex")}`;
  await queryOnce(url, `CREATE ROLE ${user} LOGIN PASSWORD 's3cret'`);
  onTestFinished(async () => {
    await queryOnce(inject("postgresUrl"), `DROP ROLE ${user}`);
  });
  const { code, message } = await refusal(changed(url, { username: user, password: "s3cret" }));
  expect([code, message]).toEqual(["storage_unavailable", expect.stringMatching(/GRANT CREATE/)]);
  expect(await tablesOf(url)).toEqual([]);
});

test("refuses a server older than version 14", () => {
  expect(() => assertServerVersion(130_022, "PostgreSQL at db:5432")).toThrow(
    "PostgreSQL at db:5432 has version 13, which is too old; use PostgreSQL 14 or newer",
  );
  expect(() => assertServerVersion(140_000, "")).not.toThrow();
});

test("refuses a database that cannot hold every character", async () => {
  const { url } = await make("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
  const { code, message } = await refusal(url);
  expect([code, message]).toEqual([
    "storage_unavailable",
    expect.stringMatching(/keeps text as LATIN1; make the database with ENCODING 'UTF8'/),
  ]);
});

test("refuses a database whose schema is newer than the program, and leaves it as it was", async () => {
  const { url } = await make();
  await (await openPostgresStorage({ url })).close();
  await queryOnce(url, "INSERT INTO tenantry_migrations VALUES ('9999-later', 'now')");
  expect((await refusal(url)).code).toBe("storage_newer");
});

test("makes the schema once where six servers start at once", async () => {
  const { url } = await make();
  const storages = await Promise.all(
    Array.from({ length: 6 }, () => openPostgresStorage({ url, poolSize: 2 })),
  );
  await Promise.all(storages.map((storage) => storage.close()));
  const ledger = await queryOnce(url, "SELECT name FROM tenantry_migrations");
  expect(new Set(ledger.map(({ name }) => name)).size).toBe(ledger.length);
  expect(await tablesOf(url)).toContain("memberships");
});

test("leaves no connection behind when it is closed", async () => {
  const { url } = await make();
  const storage = await openPostgresStorage({ url, program: "tenantry-leaves" });
  await storage.committed.tenants.find("nobody");
  await storage.transaction("t", (ports) => ports.tenants.find("nobody"));
  await storage.close();
  // A server process ends a moment after its client has left.
  await expect
    .poll(() =>
      queryOnce(url, "SELECT 1 FROM pg_stat_activity WHERE application_name = 'tenantry-leaves'"),
    )
    .toEqual([]);
});

async function tablesOf(url: string): Promise<readonly unknown[]> {
  const rows = await queryOnce(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  return rows.map(({ tablename }) => tablename);
}

test("lets a program that waits for nothing but the close come to its own end", async () => {
  const { url } = await make();
  const module = JSON.stringify(new URL("./index.ts", import.meta.url).href);
  const program = `
    import { openPostgresStorage } from ${module};
    const storage = await openPostgresStorage({ url: process.argv[1], poolSize: 2 });
    await storage.committed.tenants.all();
    await storage.close();
    console.log("closed");`;
  const args = ["--input-type=module", "--eval", program, url];
  // A program that ends with another code than 0 is an error.
  const ended = await promisify(execFile)(process.execPath, args);
  expect(ended).toEqual({ stdout: "closed\n", stderr: "" });
});
