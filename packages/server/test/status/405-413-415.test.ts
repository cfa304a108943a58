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
  it("is answered with a problem and closed", async () => {
    const { connect } = await import("node:net");
    const { port } = new URL(test.server.address);
    const answer = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(Number(port), "127.0.0.1", () => socket.write("NONSENSE\r\n\r\n"));
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain("application/problem+json");
  });
});
