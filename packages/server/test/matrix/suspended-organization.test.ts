import { type Operation, type OperationId, operationIds, operations } from "@tenantry/contract";
import { setStatus } from "@tenantry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rowsOf } from "../rows.ts";
import { expectedMatrix } from "./expected-matrix.ts";
import { type MatrixFixture, openMatrixFixture } from "./matrix-fixture.ts";
import { matrixRequests } from "./matrix-requests.ts";
import { type Relation, relations, roleRelations } from "./relations.ts";

/** The matrix once more, while the organization is suspended. */
let fixture: MatrixFixture;
let before: string[];

beforeAll(async () => {
  fixture = await openMatrixFixture();
  const { server, organizationId } = fixture;
  await setStatus(server.tenantry.context(), organizationId, { status: "suspended" });
  before = await rowsOf(server.tenantry.engine, organizationId);
});
afterAll(() => fixture.server.stop());

/** Those about the one organization that is suspended. */
const concerned = operationIds.filter(
  (id) =>
    id === "check" ||
    id === "checkBatch" ||
    (operations[id].path.includes("{organization_id}") &&
      id !== "restoreOrganization" &&
      id !== "purgeOrganization"),
);
const settlesIt: readonly Relation[] = ["owner", "billing_admin"];

function expectedStatus(id: OperationId, relation: Relation): number {
  const otherwise = expectedMatrix[id][relations.indexOf(relation)] as number;
  if (!(roleRelations as readonly Relation[]).includes(relation)) return otherwise;
  const { effect }: Operation = operations[id];
  if (effect === "read" && settlesIt.includes(relation)) return otherwise;
  // Everybody may ask about themselves, and leave.
  const isOwn = relation === "member" && ["check", "checkBatch", "removeMember"].includes(id);
  return isOwn ? otherwise : 403;
}

describe.each(concerned)("%s", (id) => {
  it.each(relations)("of a suspended organization: leaves %s what is theirs", async (relation) => {
    const request = await matrixRequests[id](fixture);
    const isMutation = operations[id].effect === "mutation";
    const { status } = await fixture.client(id, {
      ...request,
      as: fixture.tokenOf(relation),
      query: { ...request.query, ...(isMutation && { dry_run: true }) },
    });
    expect(status).toBe(expectedStatus(id, relation));
  });
});

it("left every row as it was", async () => {
  const { server, organizationId } = fixture;
  expect(await rowsOf(server.tenantry.engine, organizationId)).toEqual(before);
});
