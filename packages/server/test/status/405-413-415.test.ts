import { connect } from "node:net";
import { type Operation, operationIds, operations, problemSchema } from "@tenantry/contract";
import { describe, expect, it } from "vitest";
import { withServer } from "../with-server.ts";

const test = withServer();
const paths = [...new Set(operationIds.map((id) => operations[id].path))];

function methodsOf(path: string): Set<string> {
  const rows = operationIds
    .map((id): Operation => operations[id])
    .filter((row) => row.path === path);
  const known = rows.flatMap(({ method, alsoPut }) => [method, ...(alsoPut ? ["PUT"] : [])]);
  return new Set([...known, ...(known.includes("GET") ? ["HEAD"] : []), "OPTIONS"]);
}

describe("405", () => {
  it.each(paths)(
    "%s refuses every method that it does not know, and says which it does",
    async (path) => {
      const known = methodsOf(path);
      const url = test.server.address + path.replaceAll(/\{[^}]+\}/g, "x");
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
        if (known.has(method)) continue;
        const response = await fetch(url, { method });
        expect([method, response.status]).toEqual([method, 405]);
        expect(new Set(response.headers.get("allow")?.split(", "))).toEqual(known);
        if (method !== "HEAD") {
          expect(problemSchema.parse(await response.json()).code).toBe("method_not_allowed");
        }
      }
    },
  );
});

describe("413 and 415", () => {
  it("refuses a body over 1 MiB, whatever it holds", async () => {
    const body = { name: "x", metadata: { x: "a".repeat(1024 * 1024) } };
    const { status, problem } = await test.client("createOrganization", { as: "operator", body });
    expect([status, problem.code]).toEqual([413, "payload_too_large"]);
  });

  it("refuses every type of body but JSON", async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "application/xml",
    ]) {
      const { status, problem } = await test.client("createOrganization", {
        as: "operator",
        body: '{"name":"x"}',
        headers: { "content-type": type },
      });
      expect([type, status, problem.code]).toEqual([type, 415, "unsupported_media_type"]);
    }
  });

  it("refuses another type, and a large body, where none is taken, as the contract says", async () => {
    const [as, params] = ["operator", { user_id: "user_x" }];
    const typed = { as, params, body: "x=1", headers: { "content-type": "text/plain" } };
    expect((await test.client("grantTenantAdministrator", typed)).status).toBe(415);
    const large = { as, params, body: { x: "a".repeat(1024 * 1024) } };
    expect((await test.client("revokeTenantAdministrator", large)).status).toBe(413);
  });

  it("takes JSON with a charset", async () => {
    const { status } = await test.client("createOrganization", {
      as: "operator",
      body: { name: "Charset" },
      headers: { "content-type": "application/json; charset=utf-8" },
    });
    expect(status).toBe(201);
  });
});

describe("what is not HTTP", () => {
  it.each([
    ["NONSENSE\r\n\r\n", 400, "malformed_request"],
    ["FOO / HTTP/1.1\r\nhost: x\r\n\r\n", 400, "malformed_request"],
    [
      `GET /health HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
  ])(
    "is answered with a problem like every other, and closed: %#",
    async (request, status, code) => {
      const { port } = new URL(test.server.address);
      const answer = await new Promise<string>((resolve) => {
        let text = "";
        const socket = connect(Number(port), "127.0.0.1", () => socket.write(request));
        socket.on("data", (chunk) => {
          text += chunk;
        });
        socket.on("close", () => resolve(text));
      });
      const [head = "", body = ""] = answer.split("\r\n\r\n");
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(head).toContain("content-type: application/problem+json");
      const problem = problemSchema.parse(JSON.parse(body));
      expect([problem.status, problem.code]).toEqual([status, code]);
      expect(head).toContain(`x-request-id: ${problem.request_id}`);
    },
  );
});
