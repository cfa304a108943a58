import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { createClient } from "./http-client.ts";
import { startTestServer } from "./test-server.ts";
import { withServer } from "./with-server.ts";

const test = withServer();

async function get(path: string): Promise<Response> {
  return await fetch(`${test.server.address}${path}`);
}

describe.each(["/docs", "/redoc"])("%s", (path) => {
  it("is served with everything that it needs, and nothing of it from elsewhere", async () => {
    const page = await get(path);
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(assets.length).toBeGreaterThan(0);
    for (const asset of assets) {
      expect(asset.startsWith("/")).toBe(true);
      expect([asset, (await get(asset)).status]).toEqual([asset, 200]);
    }
  });
});

it("the script of /redoc exports what its page starts it with", async () => {
  const script = await (await get("/redoc/assets/redoc.js")).text();
  expect(script.slice(-200)).toMatch(/export\s*\{[^}]*\binit\b[^}]*\}/);
});

/** The status of a path as it stands here: `fetch` would walk it first. */
async function statusOf(path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(test.server.address);
  const [response] = await once(request({ hostname, port, path }).end(), "response");
  response.resume();
  return response.statusCode;
}

it("serves nothing else of the packages that the pages come from", async () => {
  for (const path of [
    "/docs/assets/package.json",
    "/docs/assets/index.html",
    "/docs/assets/..%2fpackage.json",
    "/docs/assets/../package.json",
    "/docs/assets/%2e%2e/package.json",
    "/docs/assets/..%5cpackage.json",
  ]) {
    expect([path, await statusOf(path)]).toEqual([path, 404]);
  }
});

it("explains an error at the address that its problem names", async () => {
  const { problem } = await test.client("getMe");
  const page = await get(problem.type);
  expect(page.headers.get("content-type")).toContain("text/markdown");
  expect(await page.text()).toMatch(/^# authentication_required\n/);
});

describe("a browser on another origin", () => {
  it("gets nothing unless a setting names its origin", async () => {
    const headers = { origin: "https://app.example.com", "access-control-request-method": "GET" };
    const closed = await fetch(`${test.server.address}/api/v1/plans`, {
      method: "OPTIONS",
      headers,
    });
    expect(closed.headers.has("access-control-allow-origin")).toBe(false);

    const environment = { TENANTRY_CORS_ORIGINS: "https://app.example.com" };
    const server = await startTestServer({ environment });
    const preflight = await fetch(`${server.address}/api/v1/plans`, { method: "OPTIONS", headers });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    const evil = { ...headers, origin: "https://evil.example.com" };
    const refused = await fetch(`${server.address}/api/v1/plans`, {
      method: "OPTIONS",
      headers: evil,
    });
    expect(refused.headers.get("access-control-allow-origin")).not.toBe("https://evil.example.com");
    const answer = await createClient(server.address)("listPlans", {
      as: "operator",
      headers: { origin: headers.origin },
    });
    expect(answer.headers.get("access-control-expose-headers")).toContain("ETag");
    await server.stop();
  });
});
