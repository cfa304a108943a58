import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { grantTenantAdministrator, revokeTenantAdministrator } from "@tenantry/core";
import { expect, onTestFinished, test } from "vitest";
import { isJson, isPostgres, makeTestDatabase } from "../../tenantry/test/test-database.ts";
import { createClient } from "./http-client.ts";
import { password, register } from "./people.ts";
import { startTestServer } from "./test-server.ts";

const run = promisify(execFile);

/** As users of the calls have them, to the letter. */
const createCommand = `curl -X POST "http://localhost:8000/org/create" \\
  -H "Content-Type: application/json" \\
  -d '{
    "email": "admin@test.com",
    "password": "testpass123",
    "organization_name": "TestOrg"
  }'`;
const loginCommand = `curl -X POST "http://localhost:8000/admin/login?organization_name=TestOrg" \\
  -H "Content-Type: application/json" \\
  -d '{
    "email": "admin@test.com",
    "password": "testpass123"
  }'`;
const getCommand = `curl -X POST "http://localhost:8000/org/get" \\
  -H "Content-Type: application/json" \\
  -d '{
    "organization_name": "TestOrg"
  }'`;

async function open(environment: Readonly<Record<string, string>> = {}) {
  const { url, query } = await makeTestDatabase();
  const server = await startTestServer({ environment: { DATABASE_URL: url, ...environment } });
  const { storage } = server.tenantry.engine;
  const places = async () =>
    (await storage.committed.placements.list("", 100)).map(({ database }) => database ?? "");
  onTestFinished(async () => {
    const databases = await places();
    await server.stop();
    for (const database of databases) {
      if (isPostgres) await query(`DROP DATABASE ${database} WITH (FORCE)`);
    }
  });
  const curl = async (command: string) => {
    const here = command.replace("http://localhost:8000", server.address);
    return JSON.parse((await run("sh", ["-c", `exec ${here} --silent`])).stdout);
  };
  const isThere = async (database: string) =>
    isPostgres
      ? (await query(`SELECT 1 FROM pg_database WHERE datname = '${database}'`)).length === 1
      : existsSync(join(server.directory, "data", "tenants", `${database}.db`));
  return { server, client: createClient(server.address), curl, places, isThere, query, url };
}

const named = (organization_name: string) => ({
  body: { email: "ann@example.com", password, organization_name },
});

test.runIf(isJson)("a JSON directory registers no organization, and says why", async () => {
  const { client, query } = await open();
  const { status, problem } = await client("registerOrganization", named("Acme"));
  expect([status, problem.code]).toEqual([400, "invalid_input"]);
  expect(problem.detail).toContain("use SQLite or PostgreSQL");
  expect(await query("SELECT * FROM registered_organizations")).toEqual([]);
});

test.skipIf(isJson)(
  "the documented commands register an organization in a database of its own and sign its administrator in",
  async () => {
    const { client, curl, places, isThere, query } = await open();
    const created = await curl(createCommand);
    expect(created).toEqual({
      id: 1,
      name: "TestOrg",
      admin_email: "admin@test.com",
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
    });
    const [database = "", ...others] = await places();
    expect([others, await isThere(database)]).toEqual([[], true]);
    expect(await query("SELECT id FROM users")).toEqual([]);
    expect(await curl(getCommand)).toEqual(created);
    const { access_token: as, ...rest } = await curl(loginCommand);
    expect(rest).toEqual({
      token_type: "bearer",
      user: { id: 1, email: "admin@test.com", is_admin: true, is_active: true },
    });
    const me = await client("getMe", { as });
    expect(me.body).toMatchObject({ email: "admin@test.com", is_tenant_administrator: true });
    const params = { user_id: me.body.id };
    const { body } = await client("listUserOrganizations", { as, params });
    expect(body.items).toMatchObject([{ name: "TestOrg", role: "owner" }]);
  },
);

test.skipIf(isJson)(
  "a name is registered once, in whichever case and by however many at once, and who is refused leaves nothing",
  async () => {
    const { server, client, places, query, url } = await open();
    const second = await startTestServer({
      directory: server.directory,
      environment: { DATABASE_URL: url },
    });
    onTestFinished(() => second.close());
    const clients = [client, createClient(second.address)];
    const names = ["Acme", "ACME", "acme", "Beta", "Gamma"];
    const answers = await Promise.all(
      names.map((name, index) => clients[index % 2]?.("registerOrganization", named(name))),
    );
    const later = await client("registerOrganization", named("aCME"));
    const refused = [...answers, later].filter((answer) => answer?.status !== 200);
    expect(refused.map((answer) => [answer?.status, answer?.problem.code])).toEqual(
      Array(3).fill([409, "organization_name_taken"]),
    );
    const ids = answers.flatMap((answer) => (answer?.status === 200 ? [answer.body.id] : []));
    expect(ids.toSorted()).toEqual([1, 2, 3]);
    expect(await places()).toHaveLength(3);
    expect(await query("SELECT id FROM tenants WHERE placement = 'dedicated'")).toHaveLength(3);
    expect(server.log()).not.toContain(password);
  },
);

test.skipIf(isJson)(
  "an Idempotency-Key registers an organization once and answers the same again",
  async () => {
    const { client, places } = await open();
    const call = { ...named("Acme"), headers: { "idempotency-key": "register-acme" } };
    const first = await client("registerOrganization", call);
    const second = await client("registerOrganization", call);
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect(await places()).toHaveLength(1);
  },
);

test.skipIf(isJson)(
  "the purge of an organization's tenant takes its database along and frees its name, and its number is nobody else's",
  async () => {
    const { client, places, isThere } = await open();
    const first = await client("registerOrganization", named("Acme"));
    const [database = ""] = await places();
    const operator = { as: "operator", params: { tenant_id: "acme" } };
    await client("deleteTenant", operator);
    const purged = await client("purgeTenant", operator);
    expect([purged.status, purged.body]).toMatchObject([
      200,
      { slug: "acme", kept_database: null },
    ]);
    expect([await places(), await isThere(database)]).toEqual([[], false]);
    const body = { organization_name: "Acme" };
    expect((await client("getRegisteredOrganization", { body })).status).toBe(404);
    const second = await client("registerOrganization", named("ACME"));
    expect(second.body.id).toBeGreaterThan(first.body.id);
    const login = { query: { organization_name: "Acme" }, body: { ...named("").body } };
    const { organization_name: _, ...credentials } = login.body;
    const signedIn = await client("loginAdministrator", { ...login, body: credentials });
    expect(signedIn.body.user.id).toBe(1);
  },
);

test.skipIf(isJson)(
  "an unknown organization, a wrong password and anybody but its administrator get the same answer",
  async () => {
    const { server, client } = await open();
    await client("registerOrganization", named("Acme"));
    const { tenantry } = server;
    const found = await tenantry.engine.storage.committed.registeredOrganizations.find("acme");
    const { tenant_id = "", admin_user_id = "" } = found ?? {};
    const ctx = tenantry.context({ tenantId: tenant_id });
    const bob = await register(client, tenant_id);
    await grantTenantAdministrator(ctx, bob.id);
    const login = async (organization_name: string, email: string, secret: string) => {
      const query = { organization_name };
      const body = { email, password: secret };
      const { status, problem } = await client("loginAdministrator", { query, body });
      return [status, problem?.code, problem?.detail];
    };
    const refusal = [401, "invalid_credentials", "The e-mail address or the password is wrong"];
    expect(await login("Nobody's", "ann@example.com", password)).toEqual(refusal);
    expect(await login("Acme", "ann@example.com", "another password")).toEqual(refusal);
    expect(await login("Acme", bob.email, password)).toEqual(refusal);
    expect((await login("aCME", "Ann@Example.com", password))[0]).toBe(200);
    await revokeTenantAdministrator(ctx, admin_user_id);
    expect(await login("Acme", "ann@example.com", password)).toEqual(refusal);
    const unknown = await client("getRegisteredOrganization", {
      body: { organization_name: "Nobody's" },
    });
    expect([unknown.status, unknown.problem.code]).toEqual([404, "organization_not_found"]);
  },
);

test.skipIf(isJson)(
  "while registration is closed the operator alone registers and looks up organizations",
  async () => {
    const { client } = await open({ TENANTRY_REGISTRATION: "closed" });
    const body = { organization_name: "Acme" };
    const registering = (as?: string) => client("registerOrganization", { ...named("Acme"), as });
    expect((await registering()).problem.code).toBe("registration_closed");
    expect((await registering("operator")).status).toBe(200);
    expect((await client("getRegisteredOrganization", { body })).status).toBe(403);
    const get = await client("getRegisteredOrganization", { body, as: "operator" });
    expect(get.body.id).toBe(1);
  },
);

test.skipIf(isJson)(
  "what cannot be registered is refused with each field at fault, and leaves nothing",
  async () => {
    const { client, places } = await open();
    const refused = async (fields: object) => {
      const { status, problem } = await client("registerOrganization", {
        body: { ...named("Acme").body, ...fields },
      });
      return [status, problem.errors.map(({ pointer }) => pointer)];
    };
    expect(await refused({ password: "seven77" })).toEqual([400, ["/password"]]);
    expect(await refused({ email: "ann", organization_name: " " })).toEqual([
      400,
      ["/email", "/organization_name"],
    ]);
    expect(await refused({ database_url: "postgres://elsewhere" })).toEqual([
      400,
      ["/database_url"],
    ]);
    expect(await places()).toEqual([]);
  },
);
