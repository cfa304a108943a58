import { expect, test } from "vitest";
import { findWrongImports } from "./import-direction.ts";

const members = "packages/core/src/members";

const refused: Record<string, readonly [path: string, source: string]> = {
  "a package that imports a layer above it": [
    "packages/core/src/store.ts",
    `import { startServer } from "@tenantry/server";`,
  ],
  "a package that imports the facade above it, for a type": [
    "packages/storage-sql/src/dialect.ts",
    `import type { Tenantry } from "tenantry";`,
  ],
  "a storage that imports its sibling on demand": [
    "packages/storage-sqlite/src/open.ts",
    `const json = await import("@tenantry/storage-json");`,
  ],
  "a package that passes on a layer above it": [
    "packages/contract/src/index.ts",
    `export { app } from "@tenantry/server";`,
  ],
  "a package that reaches into another one's files": [
    "packages/server/src/app.ts",
    `import { newId } from "../../core/src/ids.ts";`,
  ],
  "a package that nobody has given a layer": ["packages/new-one/src/index.ts", ""],
  "a use case that imports another feature's store": [
    `${members}/members.ts`,
    `import type { PlanStore } from "../plans/plans.store.ts";`,
  ],
  "a part of a feature that imports another feature's store": [
    `${members}/seat-count.ts`,
    `import type { PlanStore } from "../plans/plans.store.ts";`,
  ],
  "a store with code in it": [
    `${members}/members.store.ts`,
    `import { memberSchema } from "./members.schema.ts";`,
  ],
  "a schema that imports a use case": [
    `${members}/members.schema.ts`,
    `import { listPlans } from "../plans/plans.ts";`,
  ],
  "a schema that imports a store's type": [
    `${members}/members.schema.ts`,
    `import type { MemberRow } from "./members.store.ts";`,
  ],
  "a policy that calls a use case": [
    `${members}/members.policy.ts`,
    `import { type Member, findMember } from "./members.ts";`,
  ],
  "a policy that uses the engine": [
    `${members}/members.policy.ts`,
    `import { transaction } from "../mutation.ts";`,
  ],
  "a route that opens an engine of its own": [
    "packages/server/src/members/members.routes.ts",
    `import { openTenantry } from "tenantry";`,
  ],
};

const allowed: Record<string, readonly [path: string, source: string]> = {
  "a package that imports a layer below it": [
    "packages/server/src/app.ts",
    `import { newId } from "@tenantry/core"; import { openTenantry } from "tenantry";`,
  ],
  "a package that imports itself by name": [
    "packages/core/src/index.ts",
    `import { newId } from "@tenantry/core";`,
  ],
  "a package of somebody else": [
    "packages/core/src/fields.ts",
    `import { z } from "zod"; import { x } from "tenantry-like";`,
  ],
  "a test that puts layers together": [
    "packages/core/src/members/members.test.ts",
    `import { openSqlite } from "@tenantry/storage-sqlite";`,
  ],
  "the storage port, which is made of every feature's": [
    "packages/core/src/store.ts",
    `import type { PlanStore } from "./plans/plans.store.ts";`,
  ],
  "a use case that imports another feature's use case, schema and policy": [
    `${members}/members.ts`,
    `import { findPlan } from "../plans/plans.ts"; import { planSchema } from "../plans/plans.schema.ts";
     import { hasFreeSeat } from "../plans/plans.policy.ts"; import type { MemberStore } from "./members.store.ts";`,
  ],
  "a feature that knows the shape of another feature's record": [
    `${members}/held-roles.ts`,
    `import type { OrganizationRecord } from "../organizations/organizations.store.ts";`,
  ],
  "a policy that knows the shape of what it is given": [
    `${members}/members.policy.ts`,
    `import type { Actor } from "../context.ts"; import { DomainError } from "../errors.ts";`,
  ],
};

for (const [what, [path, source]] of Object.entries(refused)) {
  test(`refuses ${what}`, () => {
    expect(findWrongImports(path, source)).toHaveLength(1);
  });
}

for (const [what, [path, source]] of Object.entries(allowed)) {
  test(`lets pass ${what}`, () => {
    expect(findWrongImports(path, source)).toEqual([]);
  });
}

test("names the file, the line, the import and the rule", () => {
  const source = `import { z } from "zod";\n\nexport { app } from "@tenantry/server";\n`;
  expect(findWrongImports("packages/core/src/index.ts", source)).toEqual([
    'packages/core/src/index.ts:3 imports "@tenantry/server". A package imports only the layers ' +
      "below it. The layers are in scripts/checks/import-direction.ts.",
  ]);
});
