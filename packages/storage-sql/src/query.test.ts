import { sql } from "kysely";
import { expect, test } from "vitest";
import { sqliteDialect } from "./dialect.ts";
import { bind, defineQuery } from "./query.ts";

test("takes its arguments as they come where the placeholders are in their order", () => {
  const query = defineQuery("in order", ["tenant_id", "id"], (db, p) =>
    db
      .selectFrom("users")
      .select("name")
      .where("tenant_id", "=", p.tenant_id)
      .where("id", "=", p.id),
  );
  const { sql: text, bindings } = query.compile(sqliteDialect);
  expect(text).toBe('select "name" from "users" where "tenant_id" = ? and "id" = ?');
  expect(bindings).toBeNull();
  const args = ["t", "u"];
  expect(bind(bindings, args)).toBe(args);
});

test("puts each argument wherever it is asked for, and constants beside them", () => {
  const query = defineQuery("mixed", ["a", "b"], (db, p) =>
    db
      .selectFrom("users")
      .select("name")
      .where("id", "=", p.b)
      .where("status", "=", "active")
      .where(sql<boolean>`${p.a} <> ${p.b}`),
  );
  expect(bind(query.compile(sqliteDialect).bindings, ["A", "B"])).toEqual([
    "B",
    "active",
    "A",
    "B",
  ]);
});

test("is compiled once, however often it runs", () => {
  let compiled = 0;
  const query = defineQuery("once", ["id"], (db, p) => {
    compiled += 1;
    return db.selectFrom("tenants").select("name").where("id", "=", p.id);
  });
  expect(query.compile(sqliteDialect)).toBe(query.compile(sqliteDialect));
  expect(compiled).toBe(1);
});
