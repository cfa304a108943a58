import { type Operation, type OperationId, operationIds, operations } from "@tenantry/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../http-client.ts";
import { rowsOf } from "../rows.ts";
import { startTestServer } from "../test-server.ts";
import { type MatrixFixture, openMatrixFixture } from "./matrix-fixture.ts";
import { matrixRequests } from "./matrix-requests.ts";

/** If-Match on every operation that says that it honours it, made by the operator as a dry run. */
let fixture: MatrixFixture;
let strict: Awaited<ReturnType<typeof startTestServer>>;
let before: string[];

beforeAll(async () => {
  fixture = await openMatrixFixture();
  const { directory } = fixture.server;
  const environment = { TENANTRY_REQUIRE_IF_MATCH: "true" };
  strict = await startTestServer({ directory, environment });
  before = await rowsOf(fixture.server.tenantry.engine, fixture.organizationId);
});
afterAll(async () => {
  await strict.close();
  await fixture.server.stop();
});

const honouring = operationIds.filter((id) => (operations[id] as Operation).ifMatch);

async function send(id: OperationId, tag: string | undefined, client = fixture.client) {
  const request = await matrixRequests[id](fixture);
  return await client(id, {
    ...request,
    as: "operator",
    query: { ...request.query, dry_run: true },
    ...(tag !== undefined && { headers: { "if-match": tag } }),
  });
}

describe.each(honouring)("%s", (id) => {
  it("is refused under every tag but the record's own", async () => {
    for (const tag of ['"0"', '"999999"', 'W/"1"', '"abc"', '""']) {
      const { status, problem } = await send(id, tag);
      expect([tag, status, problem.code]).toEqual([tag, 412, "revision_mismatch"]);
    }
  });

  it("is done under the record's own tag, and under any", async () => {
    const { problem } = await send(id, '"999999"');
    const { status } = operations[id];
    expect((await send(id, `"${problem.data?.revision}"`)).status).toBe(status);
    expect((await send(id, "*")).status).toBe(status);
  });

  it("is refused without a tag where the setting wants one", async () => {
    const client = createClient(strict.address);
    const { status, problem } = await send(id, undefined, client);
    expect([status, problem.code]).toEqual([428, "precondition_required"]);
    expect((await send(id, "*", client)).status).toBe(operations[id].status);
  });
});

it("is honoured by every change and end of a record that has an ETag", () => {
  const unconditional = operationIds.filter((id) => {
    const { method, ifMatch, effect }: Operation = operations[id];
    return effect === "mutation" && method !== "POST" && !ifMatch;
  });
  // What they change has no revision of its own.
  expect(unconditional).toEqual(["grantTenantAdministrator", "revokeTenantAdministrator"]);
});

it("left every row as it was", async () => {
  const { server, organizationId } = fixture;
  expect(await rowsOf(server.tenantry.engine, organizationId)).toEqual(before);
});
