import { beforeEach, expect, test } from "vitest";
import type { Change } from "../events/events.store.ts";
import { type AdmittedPeople, createAdmittedPeople } from "./admitted-people.ts";

const tenant = "ten_a";
const other = "ten_b";

function change(fields: Pick<Change, "type" | "entity" | "entity_id">): Change {
  return { tenant_id: tenant, organization_id: null, ...fields };
}
const deactivated = (id: string) =>
  change({ type: "user.deactivated", entity: "user", entity_id: id });
const suspended = change({ type: "tenant.suspended", entity: "tenant", entity_id: tenant });

let people: AdmittedPeople;
beforeEach(() => {
  people = createAdmittedPeople(3);
  for (const id of ["ann", "bob"]) people.keep(tenant, id, people.changeCount());
  people.keep(other, "ann", people.changeCount());
});

const kept = () =>
  [people.has(tenant, "ann"), people.has(tenant, "bob"), people.has(other, "ann")] as const;

test("forgets whoever is deactivated, and nobody else", () => {
  expect(kept()).toEqual([true, true, true]);
  people.apply([deactivated("ann")]);
  expect(kept()).toEqual([false, true, true]);
});

test("forgets the users of a tenant that changes, and no other tenant's", () => {
  people.apply([suspended]);
  expect(kept()).toEqual([false, false, true]);
});

test("forgets everybody where nobody can say what has changed", () => {
  people.apply("everything");
  expect(kept()).toEqual([false, false, false]);
});

test.each([
  ["somebody's deactivation", [deactivated("ann")]],
  ["a tenant's suspension", [suspended]],
  ["an unknown change", "everything"],
] as const)("keeps nobody who was read before %s", (_, changes) => {
  const before = people.changeCount();
  people.apply(changes);
  people.keep(tenant, "ann", before);
  expect(people.has(tenant, "ann")).toBe(false);
});

test("keeps no more people than its maximum, and counts nobody who has gone", () => {
  people.apply([deactivated("ann"), deactivated("bob")]);
  for (const id of ["cid", "dora"]) people.keep(tenant, id, people.changeCount());
  expect(people.has(other, "ann")).toBe(true);
  people.keep(tenant, "eve", people.changeCount());
  expect([people.has(other, "ann"), people.has(tenant, "eve")]).toEqual([false, true]);
});
