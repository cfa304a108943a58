import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startPostgres } from "../../../scripts/tests/postgres-server.ts";
import { fixture, makeDirectory, run, start } from "./run-command-line.ts";

/** Starts the server and reads what it says of itself. */
async function serve(directory: string, env: Readonly<Record<string, string>> = {}) {
  const { child, ended, untilSaid } = start(directory, ["serve", "--port", "0", "--json"], env);
  const said = await untilSaid(/\}\n$/);
  const { address, operator_key } = JSON.parse(said);
  return { child, ended, address, operatorKey: operator_key as string | null };
}

/** The address of a server of the test's own. */
async function makePostgres(): Promise<string> {
  const { url, remove } = await startPostgres();
  onTestFinished(remove);
  return url;
}

test("serves what the command line brought in, shows the operator key once, and stops gracefully", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  const first = await serve(directory);
  expect(first.operatorKey).toMatch(/^tok_/);
  const authorization = { Authorization: `Bearer ${first.operatorKey}` };
  const url = `${first.address}/api/v1/organizations?q=harbour`;
  const response = await fetch(url, { headers: authorization });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ has_more: false, items: { length: 3 } });
  first.child.kill("SIGTERM");
  expect(await first.ended).toMatchObject({ code: 0, signal: null });

  const second = await serve(directory);
  expect(second.operatorKey).toBeNull();
  second.child.kill("SIGINT");
  expect(await second.ended).toMatchObject({ code: 0, signal: null });
});

test("says how to use the operator key", async () => {
  const directory = makeDirectory();
  const { child, ended, untilSaid } = start(directory, ["serve", "--port", "0"]);
  const said = await untilSaid(/operator-key makes another/);
  expect(said).toMatch(/^Tenantry listens on http:\/\/localhost:\d+\n/);
  expect(said).toMatch(/curl -H "Authorization: Bearer tok_[\w-]+"/);
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
});

test.each(["SQLite", "PostgreSQL"])(
  "makes another operator key for one that was lost; a server on %s that has let the earlier one in refuses it from then on",
  async (storage) => {
    const directory = makeDirectory();
    const env = storage === "SQLite" ? {} : { DATABASE_URL: await makePostgres() };
    const server = await serve(directory, env);
    const status = async (bearer: unknown) =>
      (
        await fetch(`${server.address}/api/v1/organizations`, {
          headers: { Authorization: `Bearer ${bearer}` },
        })
      ).status;
    // Twice: the second time it is remembered.
    expect([await status(server.operatorKey), await status(server.operatorKey)]).toEqual([
      200, 200,
    ]);
    const made = await run(directory, ["operator-key", "--json"], { env });
    expect(await status(server.operatorKey)).toBe(401);
    expect(await status(JSON.parse(made.stdout).operator_key)).toBe(200);
    server.child.kill("SIGTERM");
    await server.ended;
  },
);

test("says in one line that its port is in use", async () => {
  const taken = createServer().listen(0, "localhost");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const ended = await run(makeDirectory(), ["serve", "--port", String(port)]);
  taken.close();
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(
    /^tenantry: Port \d+ is in use; end what listens there, or set PORT$/m,
  );
});
