import { expect, test } from "vitest";
import type { Change } from "../events/events.store.ts";
import type { JsonPage } from "../page.ts";
import { shownOrganization, shownTenant, shownUser } from "./page-marks.ts";
import { createPageMemory } from "./page-memory.ts";

const page: JsonPage = { items_json: "[]", next_cursor: null, has_more: false };
const addition: Change = {
  tenant_id: "t",
  organization_id: "o",
  type: "member.added",
  entity: "membership",
  entity_id: "u",
};
const shown = [shownTenant("t"), shownUser("t", "u"), shownOrganization("t", "shown")];

function remembering(maximumCharacters = 1_000_000) {
  const memory = createPageMemory(maximumCharacters);
  memory.endFill(memory.beginFill(0), "key", () => shown, page);
  return memory;
}

test("keeps nothing of a read during which something changed", () => {
  const memory = createPageMemory(1_000_000);
  const fill = memory.beginFill(0);
  memory.apply([addition]);
  memory.endFill(fill, "key", () => shown, page);
  expect(memory.find("key", 0)).toBeUndefined();
});

test("forgets a page when another process has committed, whatever that was", () => {
  const memory = remembering();
  expect(memory.find("key", 0)).toBe(page);
  expect(memory.find("key", 1)).toBeUndefined();
});

const elsewhere: readonly Partial<Change>[] = [
  { entity_id: "other" },
  { type: "user.created", entity: "user", organization_id: null },
  { type: "team.created", entity: "team" },
  { tenant_id: "another" },
];

test.each(elsewhere)("keeps a page that does not show %j", (change) => {
  const memory = remembering();
  memory.apply([{ ...addition, ...change }]);
  expect(memory.find("key", 0)).toBe(page);
});

const reaching: readonly (Partial<Change> | "everything")[] = [
  {},
  { entity_id: "other", organization_id: "shown" },
  { type: "team.created", entity: "team", organization_id: "shown" },
  { type: "organization.updated", entity: "organization", organization_id: "shown" },
  { type: "organization.restored", entity: "organization" },
  { type: "imported", entity: "organization" },
  { type: "user.updated", entity: "user", organization_id: null },
  { type: "role.updated", entity: "role", organization_id: null },
  "everything",
];

test.each(reaching)("forgets a page that may show %j", (change) => {
  const memory = remembering();
  memory.apply(change === "everything" ? change : [{ ...addition, ...change }]);
  expect(memory.find("key", 0)).toBeUndefined();
});

test("keeps no more text than it may, and lets the oldest pages go first", () => {
  const most = 1_000_000;
  const memory = createPageMemory(most);
  const long = { ...page, items_json: "x".repeat(3_000) };
  for (let turn = 0; turn < 1_000; turn++) {
    memory.endFill(memory.beginFill(0), `key ${turn}`, () => shown, long);
    expect(memory.size()).toBeLessThanOrEqual(most);
  }
  expect(memory.find("key 999", 0)).toBe(long);
  expect(memory.find("key 0", 0)).toBeUndefined();
  memory.endFill(memory.beginFill(0), "too long", () => shown, {
    ...page,
    items_json: "x".repeat(most),
  });
  expect(memory.find("too long", 0)).toBeUndefined();
});

test("forgets everything rather than keep more marks than its share of text", () => {
  const memory = createPageMemory(256_000);
  memory.endFill(memory.beginFill(0), "first", () => [shownUser("t", "first")], page);
  for (let turn = 0; turn < 1_001; turn++) {
    memory.endFill(memory.beginFill(0), "key", () => [shownUser("t", `u${turn}`)], page);
  }
  expect(memory.find("first", 0)).toBeUndefined();
  memory.apply([{ ...addition, entity_id: "u1000" }]);
  expect(memory.find("key", 0)).toBeUndefined();
});
