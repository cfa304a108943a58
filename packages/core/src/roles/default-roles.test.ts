import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { everyPermission, permissions } from "../access/permissions.ts";
import { defaultRoles } from "./default-roles.ts";

const adr = readFileSync(
  new URL("../../../../docs/adr/0008-the-permission-table.md", import.meta.url),
  "utf8",
);

test("the decision record shows the permission table that the code has", () => {
  const rows = adr.split("\n").filter((line) => line.startsWith("| "));
  const [header, ...body] = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  const roles = header?.slice(2, -1) ?? [];
  const shown = Object.fromEntries(
    body.map((cells) => [cells[1], roles.filter((_, index) => cells[index + 2] === "✓")]),
  );
  const owed = Object.fromEntries(
    Object.keys(permissions).map((permission) => [
      permission,
      roles.filter((key) => holds(key, permission)),
    ]),
  );
  expect(shown).toEqual(owed);
  expect([...roles].sort()).toEqual(defaultRoles.map((role) => role.key).sort());
});

function holds(roleKey: string, permission: string): boolean {
  const held: readonly string[] =
    defaultRoles.find((role) => role.key === roleKey)?.permissions ?? [];
  return held.includes(everyPermission) || held.includes(permission);
}
