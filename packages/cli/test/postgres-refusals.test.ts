import { afterAll, beforeAll, expect, test } from "vitest";
import { type OwnPostgres, startPostgres } from "../../../scripts/tests/postgres-server.ts";
import { queryOnce } from "../../storage-postgres/test/database.ts";
import { makeDirectory, run } from "./run-command-line.ts";

let postgres: OwnPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.remove());

const secret = "s3cret-of-the-test";

/** An address of the server with other parts than those that are right. */
const changed = (parts: Partial<Record<"password" | "pathname" | "port", string>>) =>
  Object.assign(new URL(postgres.url), parts).href;

const refusals: Record<string, readonly [url: () => string, says: RegExp]> = {
  "a wrong password": [
    () => changed({ password: secret }),
    /refused the password; correct the user or password in DATABASE_URL$/,
  ],
  "a database that is not there": [
    () => changed({ pathname: "/nowhere" }),
    /database nowhere is not there; .* make it with CREATE DATABASE$/,
  ],
  "a server that does not answer": [
    () => changed({ port: "1", password: secret }),
    /cannot be reached \(ECONNREFUSED\); see that it runs/,
  ],
  "a database of a newer program": [
    () => changed({ pathname: "/newer" }),
    /made by a newer Tenantry \(it knows 9999-later\); update this program$/,
  ],
};

test.each(Object.keys(refusals))("refuses %s in one line that says what to do", async (name) => {
  if (name.includes("newer")) {
    await queryOnce(postgres.url, "CREATE DATABASE newer");
    await queryOnce(
      changed({ pathname: "/newer" }),
      "CREATE TABLE tenantry_migrations (name text, applied_at text); INSERT INTO tenantry_migrations VALUES ('9999-later', 'now')",
    );
  }
  const [url, says] = refusals[name] as (typeof refusals)[string];
  for (const command of [["serve", "--port", "0"], ["migrate"]]) {
    const ended = await run(makeDirectory(), command, { env: { DATABASE_URL: url() } });
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^tenantry: [^\n]+\n$/);
    expect(ended.stderr.trim()).toMatch(says);
    expect(ended.stderr).not.toContain(secret);
  }
});
