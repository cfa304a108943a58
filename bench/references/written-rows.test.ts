import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { makeTimeOrderedId, seededRandom } from "../dataset/ids.ts";
import { makeCreations, nameToken, runCreation } from "./replay-rows.ts";
import { captureWritten, listTables } from "./written-rows.ts";

const random = seededRandom(1);
const userId = makeTimeOrderedId("user", 1, random);
const organizationId = makeTimeOrderedId("org", 2, random);

function openDatabase(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec(`
    CREATE TABLE a_membership (
      organization_id TEXT REFERENCES organization (id), user_id TEXT REFERENCES person (id),
      PRIMARY KEY (organization_id, user_id)
    ) WITHOUT ROWID;
    CREATE TABLE organization (id TEXT PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE person (id TEXT PRIMARY KEY, organizations INTEGER NOT NULL);
    CREATE TABLE event (position INTEGER PRIMARY KEY, body TEXT);
    INSERT INTO person VALUES ('${userId}', 0);
    INSERT INTO event (body) VALUES ('an old one');
  `);
  return database;
}

async function createOrganization(database: DatabaseSync): Promise<void> {
  database.exec(`
    INSERT INTO organization VALUES ('${organizationId}', 'Of ${nameToken}');
    INSERT INTO a_membership VALUES ('${organizationId}', '${userId}');
    INSERT INTO event (body) VALUES ('{"id":"${organizationId}"}');
    UPDATE person SET organizations = 1;
  `);
}

test("finds the rows that a piece of work adds and the ones that it changes", async () => {
  const database = openDatabase();
  const written = await captureWritten(database, () => createOrganization(database));
  expect(written.inserted.map(({ table }) => table)).toEqual([
    "organization",
    "a_membership",
    "event",
  ]);
  expect(written.updated).toMatchObject([{ table: "person", row: { organizations: 1 } }]);
});

test("lists a table after the ones that it refers to", () => {
  const tables = listTables(openDatabase());
  expect(tables.indexOf("a_membership")).toBeGreaterThan(tables.indexOf("organization"));
  expect(tables.indexOf("a_membership")).toBeGreaterThan(tables.indexOf("person"));
});

test("writes the same rows again, with new ids and names and the old user", async () => {
  const database = openDatabase();
  const written = await captureWritten(database, () => createOrganization(database));
  const namesakes = new Map([[userId, userId]]);
  const makeBatch = makeCreations(database, written, () => namesakes, random);
  for (const creation of [...makeBatch(2), ...makeBatch(1)]) runCreation(creation);
  const rows = database
    .prepare("SELECT id, name, user_id FROM organization JOIN a_membership ON organization_id = id")
    .all();
  expect(rows).toHaveLength(4);
  expect(new Set(rows.map(({ user_id }) => user_id))).toEqual(new Set([userId]));
  expect(rows.map(({ name }) => String(name).length)).toEqual([15, 15, 15, 15]);
  const bodies = database.prepare("SELECT body FROM event WHERE position > 2").all();
  const ids = new Set(rows.map(({ id }) => id));
  expect(bodies.every(({ body }) => ids.has(JSON.parse(String(body)).id))).toBe(true);
});
