import { expect, test } from "vitest";
import {
  type EventEntity,
  type EventType,
  eventEntitySchema,
  eventTypeSchema,
} from "../events/events.schema.ts";
import type { Change } from "../events/events.store.ts";
import { createSessionCache } from "../sessions/session-cache.ts";
import type { AccessRecord } from "./access.store.ts";
import { createAdmittedPeople } from "./admitted-people.ts";
import { createPermissionCache, mayBeRemembered } from "./permission-cache.ts";

const record: AccessRecord = {
  organization_status: "active",
  organization_revision: 3,
  tenant_status: "active",
  tenant_revision: 1,
  user_status: "active",
  is_tenant_administrator: false,
  membership_status: "active",
  roles: [{ key: "member", rank: 20, permissions: ["organization:read"] }],
};

const removal: Change = {
  tenant_id: "t",
  organization_id: "o",
  type: "member.removed",
  entity: "membership",
  entity_id: "u",
};

function filled(userId = "u", organizationId = "o") {
  const cache = createPermissionCache(100);
  cache.endFill(cache.beginFill("t", organizationId, userId), record, 3);
  return cache;
}

test("stores nothing of a read during which the member was removed", () => {
  const cache = createPermissionCache(100);
  const fill = cache.beginFill("t", "o", "u");
  cache.apply([removal]);
  expect(cache.endFill(fill, record, 3).access).not.toBeNull();
  expect(cache.find("t", "o", "u")).toBeUndefined();
});

test("stores a read during which somebody else was removed", () => {
  const cache = createPermissionCache(100);
  const fill = cache.beginFill("t", "o", "u");
  cache.apply([
    { ...removal, entity_id: "other" },
    { ...removal, organization_id: "elsewhere" },
  ]);
  cache.endFill(fill, record, 3);
  expect(cache.find("t", "o", "u")).toBeDefined();
});

const dropping: readonly (readonly [string, Partial<Change> | "everything"])[] = [
  ["their membership", {}],
  ["a team of the organization", { entity: "team", type: "team.updated", entity_id: "team" }],
  ["who is in a team", { entity: "team_member", type: "team.member_added", entity_id: "x/y" }],
  ["a role of the organization", { entity: "role", type: "role.updated", entity_id: "helper" }],
  [
    "the organization's status",
    { entity: "organization", type: "organization.suspended", entity_id: "o" },
  ],
  ["a role of the tenant", { entity: "role", type: "role.updated", organization_id: null }],
  [
    "the tenant's status",
    { entity: "tenant", type: "tenant.suspended", entity_id: "t", organization_id: null },
  ],
  ["a user's deactivation", { entity: "user", type: "user.deactivated", organization_id: null }],
  ["something that nobody knows", "everything"],
];

test.each(dropping)(
  "drops a user's access, and spoils a read of it, by a change of %s",
  (_, change) => {
    const cache = filled();
    const fill = cache.beginFill("t", "o", "u");
    cache.apply(change === "everything" ? change : [{ ...removal, ...change }]);
    expect(cache.find("t", "o", "u")).toBeUndefined();
    cache.endFill(fill, record, 3);
    expect(cache.find("t", "o", "u")).toBeUndefined();
    expect(cache.size()).toBe(0);
  },
);

test("keeps access through changes that touch nobody's", () => {
  const cache = filled();
  cache.apply([
    { ...removal, entity: "resource", type: "resource.registered" },
    { ...removal, entity: "organization", type: "organization.updated" },
    { ...removal, entity: "user", type: "user.created", organization_id: null },
    { ...removal, entity: "plan", type: "plan.created", organization_id: null },
    { ...removal, tenant_id: "another" },
  ]);
  expect(cache.find("t", "o", "u")).toBeDefined();
});

test("remembers strangers, and nothing of organizations that do not exist", () => {
  const cache = createPermissionCache(100);
  cache.endFill(cache.beginFill("t", "o", "stranger"), undefined, 3);
  cache.endFill(cache.beginFill("t", "invented", "u"), undefined, 0);
  expect(cache.find("t", "o", "stranger")).toEqual({ access: null, revision: 3 });
  expect(cache.find("t", "invented", "u")).toBeUndefined();
});

test("never holds more than its bound", () => {
  const cache = createPermissionCache(10);
  for (let i = 0; i < 1000; i++) {
    cache.endFill(cache.beginFill("t", `o${i % 37}`, `u${i}`), record, 3);
    expect(cache.size()).toBeLessThanOrEqual(10);
  }
  expect(cache.size()).toBeGreaterThan(0);
});

function entitiesOf(type: EventType): readonly EventEntity[] {
  if (type === "imported") return eventEntitySchema.options;
  if (type.startsWith("team.member_")) return ["team_member"];
  const [entity] = type.split(".");
  if (entity === "member") return ["membership"];
  if (entity === "tenant_administrator") return ["tenant_user_role"];
  return [eventEntitySchema.parse(entity)];
}

const everyChange: readonly Change[] = eventTypeSchema.options.flatMap((type) =>
  entitiesOf(type).flatMap((entity) =>
    ["o", null].map((organization_id) => ({
      tenant_id: "t",
      organization_id,
      type,
      entity,
      entity_id: entity === "organization" ? "o" : "u",
    })),
  ),
);

test("forgets nothing at a change that other processes need not hear of, of whatever type", () => {
  const unheard = everyChange.filter((change) => !mayBeRemembered([change]));
  expect(unheard.map(({ type }) => type)).toContain("resource.registered");
  for (const change of unheard) {
    const permissions = filled();
    const people = createAdmittedPeople(10);
    people.keep("t", "u", people.changeCount());
    const sessions = createSessionCache(10);
    const live = { expiresAtMs: 2, foreignCommits: 0 };
    sessions.keep("t", "session", live, sessions.ends());
    for (const memory of [permissions, people, sessions]) memory.apply([change]);
    const isKept = [
      permissions.find("t", "o", "u") !== undefined,
      people.has("t", "u"),
      sessions.isLive("t", "session", 1, 0),
    ];
    // What a new organization drops, nobody can have.
    if (change.type === "organization.created" && change.organization_id === "o") isKept[0] = true;
    expect([change, isKept]).toEqual([change, [true, true, true]]);
  }
});

test("lets other processes hear of a member in an organization that was there, and not in one made by the same commit", () => {
  const made = { ...removal, type: "organization.created", entity: "organization" } as const;
  const added = { ...removal, type: "member.added" } as const;
  expect(mayBeRemembered([added])).toBe(true);
  expect(mayBeRemembered([made, added])).toBe(false);
  expect(mayBeRemembered([{ ...made, organization_id: "another" }, added])).toBe(true);
  expect(mayBeRemembered([made, { ...removal, entity: "tenant_user_role" }])).toBe(true);
});
