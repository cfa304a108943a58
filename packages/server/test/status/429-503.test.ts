import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { createClient } from "../http-client.ts";
import { found, password, register } from "../people.ts";
import { startTestServer } from "../test-server.ts";

describe("429", () => {
  it("counts each credential by itself, tells what is left and how long to wait", async () => {
    const server = await startTestServer({ environment: { TENANTRY_RATE_LIMIT_PER_MINUTE: "3" } });
    const client = createClient(server.address);
    const [ann, bob] = [await register(client), await register(client)];
    const left: (string | null)[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { status, headers } = await client("getMe", { as: ann.token });
      expect(status).toBe(200);
      expect(headers.get("ratelimit-policy")).toBe('"request";q=3;w=60');
      left.push(/^"request";r=(\d+);t=\d+$/.exec(headers.get("ratelimit") ?? "")?.[1] ?? null);
    }
    expect(left).toEqual(["2", "1", "0"]);
    const over = await client("getMe", { as: ann.token });
    expect([over.status, over.problem.code]).toEqual([429, "rate_limited"]);
    expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(over.problem.data).toMatchObject({ retry_after_seconds: expect.any(Number) });
    expect((await client("getMe", { as: bob.token })).status).toBe(200);
    await server.stop();
  });

  it("counts refused credentials against the address they come from", async () => {
    const server = await startTestServer({ environment: { TENANTRY_RATE_LIMIT_PER_MINUTE: "5" } });
    const client = createClient(server.address);
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1)
      statuses.push((await client("getMe", { as: `guess-${n}` })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    await server.stop();
  });

  it("takes the address that the connection comes from, and another's word for it from a proxy that is named", async () => {
    const limits = { TENANTRY_RATE_LIMIT_PER_MINUTE: "2" };
    const statusesOf = async (environment: Record<string, string>) => {
      const server = await startTestServer({ environment: { ...limits, ...environment } });
      const client = createClient(server.address);
      const statuses: number[] = [];
      for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.3", "192.0.2.3"]) {
        const headers = {
          "x-forwarded-for": address,
          "x-real-ip": address,
          forwarded: `for=${address}`,
        };
        statuses.push((await client("getJwks", { headers })).status);
      }
      await server.stop();
      return statuses;
    };
    expect(await statusesOf({})).toEqual([200, 200, 429, 429, 429]);
    expect(await statusesOf({ TENANTRY_TRUST_PROXY: "10.0.0.0/8" })).toEqual([
      200, 200, 429, 429, 429,
    ]);
    expect(await statusesOf({ TENANTRY_TRUST_PROXY: "10.0.0.0/8, 127.0.0.1" })).toEqual([
      200, 200, 200, 200, 429,
    ]);
  });

  it("lets exactly so many of a thousand guesses at once be judged, and forgets them at the right one", async () => {
    const server = await startTestServer({ environment: { TENANTRY_FAILED_LOGIN_LIMIT: "10" } });
    const client = createClient(server.address);
    const [ann, bob] = [await register(client), await register(client)];
    for (let n = 0; n < 9; n += 1) {
      const body = { email: bob.email, password: `wrong ${n}` };
      expect((await client("login", { body })).status).toBe(401);
    }
    expect((await client("login", { body: { email: bob.email, password } })).status).toBe(200);
    const guesses = Array.from({ length: 200 }, (_, n) => {
      const email = n % 2 === 0 ? ann.email : ann.email.toUpperCase();
      return client("login", { body: { email, password: `wrong ${n}` } });
    });
    const judged = (await Promise.all(guesses)).filter(({ status }) => status === 401);
    expect(judged).toHaveLength(10);
    expect((await client("login", { body: { email: ann.email, password } })).status).toBe(429);
    expect((await client("login", { body: { email: bob.email, password } })).status).toBe(200);
    await server.stop();
  });

  it("is stricter where passwords are tried", async () => {
    const environment = { TENANTRY_AUTH_RATE_LIMIT_PER_MINUTE: "2" };
    const server = await startTestServer({ environment });
    const client = createClient(server.address);
    await register(client);
    await register(client);
    const body = { email: "third@example.com", password, name: "Third" };
    expect((await client("register", { body })).status).toBe(429);
    expect((await client("listPlans", { as: "operator" })).status).toBe(200);
    await server.stop();
  });

  it("is as strict where organizations register, are looked up and sign in", async () => {
    const environment = { TENANTRY_AUTH_RATE_LIMIT_PER_MINUTE: "1" };
    const server = await startTestServer({ environment });
    const client = createClient(server.address);
    const query = { organization_name: "Acme" };
    const credentials = { email: "ann@example.com", password };
    const login = () => client("loginAdministrator", { query, body: credentials });
    expect((await login()).status).toBe(401);
    expect((await login()).status).toBe(429);
    expect((await client("getRegisteredOrganization", { body: query })).status).toBe(429);
    const body = { ...credentials, ...query };
    expect((await client("registerOrganization", { body })).status).toBe(429);
    await server.stop();
  });

  it("never counts a check, whichever way it is answered, nor a batch of them", async () => {
    const server = await startTestServer({ environment: { TENANTRY_RATE_LIMIT_PER_MINUTE: "1" } });
    const client = createClient(server.address);
    const owner = await register(client);
    const { id } = await found(server, owner);
    const body = { user_id: owner.id, organization_id: id, permission: "member:add" };
    await client("check", { as: owner.token, body });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (let n = 0; n < 5; n += 1) {
      expect((await client("check", { as: owner.token, body })).body.allowed).toBe(true);
      const traced = await client("check", { as: owner.token, body, headers: { traceparent } });
      expect(traced.body.allowed).toBe(true);
      const batch = await client("checkBatch", { as: owner.token, body: { checks: [body] } });
      expect(batch.status).toBe(200);
    }
    expect((await client("getMe", { as: owner.token })).status).toBe(200);
    const statuses = [
      (await client("check", { body })).status,
      (await client("check", { body })).status,
    ];
    expect(statuses).toEqual([401, 429]);
    await server.stop();
  });
});

describe("503", () => {
  it("is what readiness answers from the moment the server is told to stop; what runs is finished", async () => {
    const server = await startTestServer();
    expect((await createClient(server.address)("getReadiness")).body).toEqual({ status: "ok" });
    const body = JSON.stringify({ email: "last@example.com", password, name: "Last" });
    const connection = await converse(server.address);
    // The second request has begun when the first is answered, since they came together.
    connection.send(
      `${requestTo("GET /livez")}${requestTo("POST /api/v1/auth/register", body).slice(0, -10)}`,
    );
    await connection.received(/"ok"/);
    const closed = server.close();
    connection.send(body.slice(-10) + requestTo("GET /readyz"));
    await connection.received(/HTTP\/1\.1 201 Created/);
    expect(await connection.received(/HTTP\/1\.1 503/)).toContain("shutting_down");
    await closed;
    await expect(fetch(`${server.address}/livez`)).rejects.toThrow();
    expect(server.log()).toContain('"stopped"');
    await server.stop();
  });
});

function requestTo(line: string, body?: string): string {
  const head = `${line} HTTP/1.1\r\nhost: localhost\r\n`;
  if (body === undefined) return `${head}\r\n`;
  return `${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** One connection, to send what a client library would not. */
async function converse(address: string) {
  const { port, hostname } = new URL(address);
  let text = "";
  const socket = connect(Number(port), hostname);
  socket.on("data", (chunk) => {
    text += chunk;
  });
  await once(socket, "connect");
  return {
    send: (data: string) => socket.write(data),
    async received(pattern: RegExp) {
      await expect.poll(() => text, { interval: 5 }).toMatch(pattern);
      return text;
    },
  };
}
