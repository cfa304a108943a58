import { DatabaseSync } from "node:sqlite";
import { definedQueries, defineEveryPage, type Query, sqliteDialect } from "@tenantry/storage-sql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";

/**
 * Steps that no index serves, each with the reason. Everything else is found by a key.
 */
const allowedSteps: Readonly<Record<string, readonly RegExp[]>> = {
  // One to three rows in an installation.
  "keys.listSigningKeys": [/^SCAN signing_keys$/],
  "keys.listOperatorKeys": [/^SCAN operator_keys$/],
  "keys.removeOperatorKeys": [/^SCAN operator_keys$/],
  // All of them are asked for.
  "tenants.all": [/^SCAN tenants USING INDEX/],
  // Whose key is the tenant's id.
  "placements.find": [/^SEARCH placements USING PRIMARY KEY \(tenant_id=\?\)$/],
  "placements.update": [/^SEARCH placements USING PRIMARY KEY \(tenant_id=\?\)$/],
  "moveRecords.find": [/^SEARCH tenant_moves USING PRIMARY KEY \(tenant_id=\?\)$/],
  "moveRecords.update": [/^SEARCH tenant_moves USING PRIMARY KEY \(tenant_id=\?\)$/],
  "moveRecords.remove": [/^SEARCH tenant_moves USING PRIMARY KEY \(tenant_id=\?\)$/],
  "placements.remove": [/^SEARCH placements USING PRIMARY KEY \(tenant_id=\?\)$/],
  // At an opening alone. The servers come out of the argument.
  "placements.listElsewhere": [/^SCAN placements$/, /^LIST SUBQUERY/, /^SCAN json_each/],
  "placements.listUnsteady": [/^SCAN placements USING INDEX placements_unsteady$/],
  // Whose keys are the installation's.
  "registeredOrganizations.find": [
    /^SEARCH registered_organizations USING INDEX \w+ \(name_key=\?\)$/,
  ],
  "purges.find": [/^SEARCH tenant_purges USING PRIMARY KEY \(tenant_id=\?\)$/],
  "purges.finish": [/^SEARCH tenant_purges USING PRIMARY KEY \(tenant_id=\?\)$/],
  "purges.remove": [/^SEARCH tenant_purges USING PRIMARY KEY \(tenant_id=\?\)$/],
  "purges.listUnfinished": [/^SCAN tenant_purges USING INDEX tenant_purges_unfinished$/],
  "registeredOrganizations.removeOf": [
    /^SEARCH registered_organizations USING COVERING INDEX \w+ \(tenant_id=\?\)$/,
  ],
  // Whether anything refers to the tenant: one look a table.
  "tenants.removeCopy": [/^SEARCH \w+ USING COVERING INDEX \w+ \(tenant_id=\?\)$/],
  // The rows come out of the argument.
  "securityLog.append": [/^SCAN json_each/],
};

/** A copy reads whole tables, page after page, and writes rows that come out of its argument. */
const stepsOfCopies = [
  /^SCAN json_each/,
  /^SCAN (signing_keys|operator_keys|registered_organizations|tenant_purges)\b/,
  /\(tenant_id=\?\)$/,
  /^LIST SUBQUERY/,
];

/** The tenants of an installation are walked in the order of their ids, no further than the page; for a search and a total, all. */
const wholeInstallation = /^SCAN tenants USING (COVERING )?INDEX/;
const countOfInstallation = /^SCAN tenants$/;

/** What a statement makes on its own way: rows of its own, at most as many as it answers with. */
const ownRows = /^SCAN (page|head|around|held|chain|CONSTANT ROW)\b/;

/**
 * A whole tenant is walked by lists of that tenant: in the order of their ids and no further than the page, or, for a search and a
 * total, all of it.
 */
const wholeTenant = /\(tenant_id=\?\)$/;
const listsOfTenant = [
  /^(organizations|securityLog|users)\.list/,
  /^plans\.list$/,
  /^securityLog\.append keep$/,
  /^plans\.findDefault$/,
];

const directory = openTemporary();
let db: DatabaseSync;

beforeAll(async () => {
  const path = directory.file("tenantry.db");
  await (await openSqliteStorage({ path })).close();
  db = new DatabaseSync(path, { readOnly: true });
  defineEveryPage();
});

afterAll(() => {
  db.close();
  directory.remove();
});

function planOf(query: Query<unknown>): readonly string[] {
  const { sql } = query.compile(sqliteDialect);
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row.detail));
}

function faultsOf(query: Query<unknown>): readonly string[] {
  return planOf(query).filter((step) => {
    if (/^(copies|moves)\./.test(query.name) && stepsOfCopies.some((one) => one.test(step))) {
      return false;
    }
    if (allowedSteps[query.name]?.some((allowed) => allowed.test(step))) return false;
    if (query.name.startsWith("tenants.list")) {
      if (wholeInstallation.test(step)) return false;
      if (query.name.endsWith("with total") && countOfInstallation.test(step)) return false;
    }
    if (step.startsWith("SCAN")) return !ownRows.test(step);
    if (step.includes("AUTOMATIC")) return true;
    return wholeTenant.test(step) && !listsOfTenant.some((list) => list.test(query.name));
  });
}

test("finds every row by a key, in every query and every combination of filters", () => {
  const faults = definedQueries().flatMap((query) =>
    faultsOf(query).map((step) => `${query.name}: ${step}`),
  );
  expect(faults).toEqual([]);
  expect(definedQueries().length).toBeGreaterThan(500);
});

test("walks a user's own memberships, not the tenant's, for the user's organizations", () => {
  const query = definedQueries().find(({ name }) => name === "members.listUserOrganizations");
  const plan = planOf(query as Query<unknown>);
  expect(plan.join("\n")).toContain("memberships_by_user (tenant_id=? AND user_id=?");
});

test("limits by no bare argument, for which SQLite would compile the statement with each call", () => {
  const bare = definedQueries().filter((query) =>
    /\b(limit|offset) \?(?! \+)/i.test(
      query.compile(sqliteDialect).sql.replaceAll(/offset \?/gi, ""),
    ),
  );
  expect(bare.map((query) => query.name)).toEqual([]);
});
