import { describe, expect, test } from "vitest";
import { constraintError, foreignKeyRules, uniqueRules } from "./constraints.ts";
import { sqliteDialect } from "./dialect.ts";
import { migrations } from "./migrations/migrations.ts";

const schema = migrations.flatMap(({ statements }) => statements(sqliteDialect)).join(";\n");

describe("the table of constraints", () => {
  test("names constraints that the schema has", () => {
    for (const { constraint } of [...uniqueRules, ...foreignKeyRules]) {
      expect(schema).toMatch(new RegExp(`(CONSTRAINT|UNIQUE INDEX) ${constraint}\\b`));
    }
  });

  test("says of unique ones which columns they are on, as SQLite does", () => {
    for (const { constraint, columns } of uniqueRules) {
      const names = columns.split(", ").map((column) => column.split(".")[1]);
      const table = columns.split(".")[0];
      const constrained = `CONSTRAINT ${constraint} (PRIMARY KEY|UNIQUE) \\(${names.join(", ")}\\)`;
      const indexed = `UNIQUE INDEX ${constraint} ON ${table} \\(${names.join(", ")}\\)`;
      const inline = `\\b${names.join()} (TEXT|INTEGER) NOT NULL CONSTRAINT ${constraint} (UNIQUE|PRIMARY KEY),`;
      expect(schema).toMatch(new RegExp(`${constrained}|${indexed}|${inline}`));
    }
  });

  test("gives the same error for a constraint, whether an engine names it or its columns", () => {
    for (const rule of uniqueRules) {
      const value = (name: string) => `<${name}>`;
      const byColumns = constraintError({ kind: "unique", columns: rule.columns }, value, null);
      const byName = constraintError({ kind: "named", constraint: rule.constraint }, value, null);
      expect(byColumns?.code).toBe(rule.code);
      expect(byName?.message).toBe(byColumns?.message);
      const pointer = rule.field === undefined ? undefined : `/${rule.field}`;
      expect(byColumns?.fields[0]?.pointer).toBe(pointer);
    }
  });

  test("knows nothing of a constraint that only a fault of ours can violate", () => {
    const named = { kind: "named", constraint: "users_status_known" } as const;
    expect(constraintError(named, String, null)).toBeUndefined();
  });
});
