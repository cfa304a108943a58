import { type Operation, type OperationId, operationIds, operations } from "@tenantry/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CallOptions } from "./http-client.ts";
import { type MatrixFixture, openMatrixFixture } from "./matrix/matrix-fixture.ts";
import { matrixRequests } from "./matrix/matrix-requests.ts";

/** Every mutation that sets something that is there and answers it. */
const setting = operationIds.filter((id) => {
  const { effect, method, answer }: Operation = operations[id];
  return effect === "mutation" && (method === "PATCH" || method === "PUT") && answer !== null;
});

let fixture: MatrixFixture;
beforeAll(async () => {
  fixture = await openMatrixFixture();
});
afterAll(() => fixture.server.stop());

/** The operation that reads what another one sets: its path, or that of what it is a part of. */
function readerOf(id: OperationId): OperationId | undefined {
  const { path } = operations[id];
  const reads = (candidate: OperationId, where: string) =>
    operations[candidate].method === "GET" && operations[candidate].path === where;
  return (
    operationIds.find((candidate) => reads(candidate, path)) ??
    operationIds.find((candidate) => reads(candidate, path.replace(/\/[a-z]+$/, "")))
  );
}

async function countEvents(): Promise<number> {
  const { committed } = fixture.server.tenantry.engine.storage;
  let count = 0;
  for (const { id } of await committed.tenants.all()) {
    for (const chain of await committed.events.chains(id, null, 1_000)) {
      count += (await committed.events.head(id, chain))?.sequence ?? 0;
    }
  }
  return count;
}

it.each(setting)("%s, sent again, answers what is there and changes nothing", async (id) => {
  const request: CallOptions = { ...(await matrixRequests[id](fixture)), as: "operator" };
  const first = await fixture.client(id, request);
  expect(first.status).toBe(200);
  const events = await countEvents();
  const again = await fixture.client(id, request);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
  expect(await countEvents()).toBe(events);
  const reader = readerOf(id);
  if (reader === undefined) return;
  const { params } = request;
  const read = await fixture.client(reader, { ...(params && { params }), as: "operator" });
  expect(read.headers.get("etag")).toBe(first.headers.get("etag"));
  expect(read.body).toMatchObject(again.body as unknown as object);
});

it("holds for all of them: organization, member, team, its people, role, plan, user, tenant", () => {
  expect(setting.length).toBeGreaterThanOrEqual(12);
});
