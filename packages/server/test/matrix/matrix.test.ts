import { type Operation, operationIds, operations } from "@tenantry/contract";
import { defaultRoles, type Permission, permissions } from "@tenantry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rowsOf } from "../rows.ts";
import { expectedMatrix } from "./expected-matrix.ts";
import { type MatrixFixture, openMatrixFixture } from "./matrix-fixture.ts";
import { matrixRequests } from "./matrix-requests.ts";
import { type Relation, relations, roleRelations } from "./relations.ts";

let fixture: MatrixFixture;
let before: string[];

beforeAll(async () => {
  fixture = await openMatrixFixture();
  before = await rowsOf(fixture.server.tenantry.engine, fixture.organizationId);
});
afterAll(() => fixture.server.stop());

function expectedStatus(id: keyof typeof expectedMatrix, relation: Relation): number {
  return expectedMatrix[id][relations.indexOf(relation)] as number;
}

describe.each(operationIds)("%s", (id) => {
  it.each(relations)("answers %s as the table says", async (relation) => {
    const request = await matrixRequests[id](fixture);
    const operation: Operation = operations[id];
    const isMutation = operation.effect === "mutation";
    const { status } = await fixture.client(id, {
      ...request,
      as: fixture.tokenOf(relation),
      query: { ...request.query, ...(isMutation && { dry_run: true }) },
    });
    expect(status).toBe(expectedStatus(id, relation));
  });
});

describe("the table follows from the contract", () => {
  const organizational = operationIds.filter((id) => operations[id].permission in permissions);

  /** What everybody may do about themselves. */
  const own: readonly string[] = ["removeMember", "removeTeamMember"];

  it.each(organizational)(
    "%s succeeds for the roles that hold its permission, and no other",
    (id) => {
      const { permission, status } = operations[id];
      for (const relation of roleRelations) {
        if (relation === "member" && own.includes(id)) continue;
        const held = defaultRoles.find((role) => role.key === relation)?.permissions ?? [];
        const isHeld = held.includes("*") || held.includes(permission as Permission);
        expect([relation, expectedStatus(id, relation)]).toEqual([relation, isHeld ? status : 403]);
      }
    },
  );

  it.each(organizational)("%s is not found by whoever may not know the organization", (id) => {
    for (const relation of [
      "otherTenant",
      "stranger",
      "otherOwner",
      "invited",
      "suspended",
    ] as const) {
      expect([relation, expectedStatus(id, relation)]).toEqual([relation, 404]);
    }
  });

  it.each(operationIds)("%s wants credentials unless it is open to everybody", (id) => {
    const isOpen = operations[id].permission === "anonymous";
    expect(expectedStatus(id, "anonymous") === 401).toBe(!isOpen);
  });
});

it("left every row as it was, refused and dry-run alike", async () => {
  const { server, organizationId } = fixture;
  expect(await rowsOf(server.tenantry.engine, organizationId)).toEqual(before);
});
