import type {
  Denial,
  DenialFilter,
  DenialRecord,
  HistoryInterval,
  IdempotencyRecord,
} from "@tenantry/core";
import { describe, expect, test } from "vitest";
import {
  type OpenSubject,
  openWithOrganization,
  openWithTenant,
  tenantId,
} from "./open-subject.ts";
import { itemsOf, pageRequest, readAllPages } from "./pages.ts";
import { denialRecord, eventRecord, later, moment, resourceRecord } from "./records.ts";

const longAgo = "2020-01-01T00:00:00.000Z";
const farAhead = "2099-01-01T00:00:00.000Z";

export function describeSmallRoundTrips(open: OpenSubject): void {
  describe("gives back what was written of resources, events, sessions and keys", () => {
    resources(open);
    events(open);
    sessions(open);
    endedSessions(open);
    idempotencyKeys(open);
    securityLog(open);
    securityLogPages(open);
    keys(open);
  });
}

function resources(open: OpenSubject): void {
  test("resources, counted per type", async () => {
    const storage = await openWithOrganization(open);
    const named = resourceRecord(tenantId, "org", "p1", { name: "One" });
    await storage.transaction(tenantId, async (ports) => {
      await ports.resources.insert(named);
      await ports.resources.insert(resourceRecord(tenantId, "org", "p2"));
      await ports.resources.insert(resourceRecord(tenantId, "org", "m1", { type: "model" }));
      await ports.resources.insert(resourceRecord(tenantId, "org", "x1", { type: "else" }));
    });
    const { organizations, resources } = storage.committed;
    expect(await resources.find(tenantId, "org", "project", "p1")).toEqual(named);
    expect(await resources.find(tenantId, "org", "model", "p1")).toBeUndefined();
    await storage.transaction(tenantId, async (ports) => {
      await ports.resources.remove(tenantId, "org", "project", "p2");
      await ports.resources.remove(tenantId, "org", "project", "never-was");
    });
    expect(await organizations.stats(tenantId, "org")).toEqual({
      member_count: 2,
      project_count: 1,
      model_count: 1,
      experiment_count: 0,
      deployment_count: 0,
    });
    expect(await organizations.stats(tenantId, "nowhere")).toBeUndefined();
  });
}

function events(open: OpenSubject): void {
  test("the events of a chain in order, its head, and the chains", async () => {
    const storage = await openWithTenant(open);
    const first = eventRecord(tenantId, "chain-1", 1, { data: '{"b":1, "a":2}', personal: "p" });
    await storage.transaction(tenantId, async (ports) => {
      await ports.events.append(eventRecord(tenantId, "chain-2", 1));
      await ports.events.append(first);
      for (let number = 2; number <= 5; number += 1) {
        await ports.events.append(eventRecord(tenantId, "chain-1", number));
      }
    });
    const { events } = storage.committed;
    expect(await events.list(tenantId, "chain-1", 0, 1)).toEqual([first]);
    const sequences = async (after: number, limit: number) =>
      (await events.list(tenantId, "chain-1", after, limit)).map((event) => event.sequence);
    expect(await sequences(1, 3)).toEqual([2, 3, 4]);
    expect(await sequences(5, 3)).toEqual([]);
    const { hash, occurred_at } = eventRecord(tenantId, "chain-1", 5);
    expect(await events.head(tenantId, "chain-1")).toEqual({ sequence: 5, hash, occurred_at });
    expect(await events.head(tenantId, "chain-0")).toBeUndefined();
    expect(await events.chains(tenantId, null, 10)).toEqual(["chain-1", "chain-2"]);
    expect(await events.chains(tenantId, null, 1)).toEqual(["chain-1"]);
    expect(await events.chains(tenantId, "chain-1", 10)).toEqual(["chain-2"]);
  });

  test("the intervals of an entity, of which one at most is open", async () => {
    const storage = await openWithTenant(open);
    const interval = (from: number, to: number | null): HistoryInterval => ({
      tenant_id: tenantId,
      chain_id: "chain",
      entity: "membership",
      entity_id: "ann",
      from_sequence: from,
      from_at: moment,
      to_sequence: to,
      to_at: to === null ? null : later,
    });
    await storage.transaction(tenantId, async (ports) => {
      const close = (to: number) =>
        ports.events.closeInterval(tenantId, "chain", "membership", "ann", to, later);
      await close(1);
      await ports.events.openInterval(interval(1, null));
      await close(3);
      await ports.events.openInterval(interval(3, null));
      await ports.events.openInterval({ ...interval(2, null), entity_id: "bob" });
    });
    const found = await storage.committed.events.intervals(tenantId, "chain", "membership", "ann");
    expect(found).toEqual([interval(1, 3), interval(3, null)]);
  });
}

const session = (id: string, expires: string) => ({
  tenant_id: tenantId,
  id,
  user_id: "ann",
  created_at: moment,
  expires_at: expires,
  revoked_at: null,
});

function sessions(open: OpenSubject): void {
  test("a session, revoked once", async () => {
    const storage = await openWithOrganization(open);
    await storage.transaction(tenantId, async (ports) => {
      await ports.sessions.insert(session("s1", farAhead));
      await ports.sessions.insert(session("s2", farAhead));
      await ports.sessions.insert({ ...session("s3", farAhead), user_id: "bob" });
      await ports.sessions.revoke(tenantId, "s1", moment);
      await ports.sessions.revokeAllOf(tenantId, "ann", later);
    });
    const revokedAt = async (id: string) =>
      (await storage.committed.sessions.find(tenantId, id))?.revoked_at;
    expect([await revokedAt("s1"), await revokedAt("s2"), await revokedAt("s3")]).toEqual([
      moment,
      later,
      null,
    ]);
  });

  test("a refresh token, used by one caller alone", async () => {
    const storage = await openWithOrganization(open);
    const token = {
      tenant_id: tenantId,
      token_hash: "hash",
      session_id: "s1",
      created_at: moment,
      used_at: null,
    };
    await storage.transaction(tenantId, async (ports) => {
      await ports.sessions.insert(session("s1", farAhead));
      await ports.sessions.insertRefreshToken(token);
    });
    expect(await storage.committed.sessions.findRefreshToken(tenantId, "hash")).toEqual(token);
    const use = () =>
      storage.transaction(tenantId, (ports) =>
        ports.sessions.useRefreshToken(tenantId, "hash", later),
      );
    const uses = await Promise.all([use(), use(), use()]);
    expect(uses.filter((isFirst) => isFirst)).toHaveLength(1);
    expect(
      await storage.transaction(tenantId, (p) => p.sessions.useRefreshToken(tenantId, "no", later)),
    ).toBe(false);
    expect((await storage.committed.sessions.findRefreshToken(tenantId, "hash"))?.used_at).toBe(
      later,
    );
  });
}

function endedSessions(open: OpenSubject): void {
  test("no session that ended, expired or revoked, after it is removed with its tokens", async () => {
    const storage = await openWithOrganization(open);
    await storage.transaction(tenantId, async (ports) => {
      for (const id of ["old-1", "old-2"]) await ports.sessions.insert(session(id, longAgo));
      await ports.sessions.insert({ ...session("revoked", farAhead), revoked_at: longAgo });
      await ports.sessions.insert(session("living", farAhead));
      await ports.sessions.insertRefreshToken({
        tenant_id: tenantId,
        token_hash: "hash",
        session_id: "old-1",
        created_at: longAgo,
        used_at: null,
      });
    });
    const remove = (limit: number) =>
      storage.transaction(tenantId, (ports) => ports.sessions.removeEnded(tenantId, moment, limit));
    expect([await remove(2), await remove(10), await remove(10)]).toEqual([2, 1, 0]);
    expect(await storage.committed.sessions.find(tenantId, "living")).toBeDefined();
    expect(await storage.committed.sessions.findRefreshToken(tenantId, "hash")).toBeUndefined();
  });
}

function idempotencyKeys(open: OpenSubject): void {
  test("an answer under its key, which only an expired one gives up", async () => {
    const storage = await openWithTenant(open);
    const record: IdempotencyRecord = {
      tenant_id: tenantId,
      principal: "user ann",
      idempotency_key: "key",
      fingerprint: "print",
      result: '{"a":1}',
      created_at: moment,
      expires_at: farAhead,
    };
    const insert = (fields: Partial<IdempotencyRecord>) =>
      storage.transaction(tenantId, (ports) => ports.idempotency.insert({ ...record, ...fields }));
    const find = () => storage.committed.idempotency.find(tenantId, "user ann", "key");
    await insert({ created_at: longAgo, expires_at: longAgo, result: null });
    expect((await find())?.result).toBeNull();
    await insert({});
    expect(await find()).toEqual(record);
    await expect(insert({ result: "else" })).rejects.toMatchObject({
      code: "idempotency_key_running",
    });
    await insert({ idempotency_key: "other", expires_at: longAgo });
    const remove = () =>
      storage.transaction(tenantId, (ports) =>
        ports.idempotency.removeExpired(tenantId, moment, 10),
      );
    expect([await remove(), await remove()]).toEqual([1, 0]);
    expect(await find()).toEqual(record);
  });
}

function securityLog(open: OpenSubject): void {
  test("the newest refusals, and of each tenant no more than are kept", async () => {
    const { storage } = await open();
    const denial = (tenant: string, number: number): DenialRecord =>
      denialRecord(tenant, `denial-${number}`, {
        occurred_at: `2026-08-01T12:00:00.00${number}Z`,
        actor_id: number % 2 === 0 ? null : "ann",
        organization_id: "org",
        permission: "member:add",
      });
    const append = (tenant: string, ...numbers: number[]) =>
      storage.transaction(tenant, (ports) =>
        ports.securityLog.append(
          tenant,
          numbers.map((number) => denial(tenant, number)),
          3,
        ),
      );
    await append("a", 1, 2);
    await append("b", 1);
    await append("a", 3, 4, 5);
    const list = async (tenant: string, filter: DenialFilter = {}, fields = {}) =>
      itemsOf<Denial>(
        await storage.committed.securityLog.list(tenant, filter, pageRequest(fields)),
      );
    const shown = (tenant: string, ...numbers: number[]) =>
      numbers.map((number) => {
        const { actor_type: type, actor_id: id, ...rest } = denial(tenant, number);
        return { ...rest, actor: { type, id } };
      });
    expect(await list("a")).toEqual(shown("a", 5, 4, 3));
    expect(await list("a", {}, { limit: 1 })).toEqual(shown("a", 5));
    expect(await list("b")).toEqual(shown("b", 1));
    expect(await list("a", { actor_id: "ann" })).toEqual(shown("a", 5, 3));
    expect(await list("a", { organization_id: "org", code: "permission_denied" })).toHaveLength(3);
    expect(await list("a", { organization_id: "other" })).toEqual([]);
    expect(await list("a", { code: "outranked" })).toEqual([]);
  });
}

function securityLogPages(open: OpenSubject): void {
  test("each earlier refusal exactly once, the newest first, while others come between the pages", async () => {
    const { storage } = await open();
    // Some have the same time; then the id decides the order.
    const at = (number: number) => `2026-08-01T12:00:00.${String(number >> 1).padStart(3, "0")}Z`;
    const append = (...numbers: number[]) =>
      storage.transaction("a", (ports) =>
        ports.securityLog.append(
          "a",
          numbers.map((number) =>
            denialRecord("a", `denial-${String(number).padStart(3, "0")}`, {
              occurred_at: at(number),
            }),
          ),
          100,
        ),
      );
    await append(...Array.from({ length: 40 }, (_, number) => number));
    const { securityLog: log } = storage.committed;
    const seen = await readAllPages<Denial>(
      (page) => log.list("a", {}, page),
      7,
      (number) => append(100 + number),
    );
    const newestFirst = Array.from({ length: 40 }, (_, number) => 39 - number);
    expect(seen.map(({ id }) => Number(id.slice(-3)))).toEqual(newestFirst);
    const page = await log.list("a", {}, pageRequest({ limit: 2, skip: 1, total: true }));
    expect(itemsOf<Denial>(page).map(({ occurred_at }) => occurred_at)).toEqual([at(103), at(102)]);
    expect([page.total, page.has_more]).toEqual([45, true]);
    const last = await log.list("a", {}, pageRequest({ limit: 45 }));
    expect([last.has_more, last.last_key]).toEqual([false, `${at(0)} denial-000`]);
    const empty = await log.list("a", {}, pageRequest({ after: last.last_key }));
    expect(empty).toEqual({ items_json: "[]", last_key: null, has_more: false });
  });
}

function keys(open: OpenSubject): void {
  test("signing keys, the newest first, and operator keys", async () => {
    const { storage } = await open();
    const signing = (id: string, at: string) => ({
      id,
      algorithm: "EdDSA",
      public_jwk: "{}",
      private_jwk: '{"d":1}',
      created_at: at,
    });
    const operator = { id: "o1", key_hash: "hash", created_at: moment };
    await storage.transaction(null, async (ports) => {
      await ports.keys.insertSigningKey(signing("k1", moment));
      await ports.keys.insertSigningKey(signing("k2", later));
      await ports.keys.insertOperatorKey(operator);
    });
    const { keys: stored } = storage.committed;
    expect(await stored.listSigningKeys()).toEqual([signing("k2", later), signing("k1", moment)]);
    expect(await stored.listOperatorKeys()).toEqual([operator]);
    await storage.transaction(null, (ports) => ports.keys.removeOperatorKeys());
    expect(await stored.listOperatorKeys()).toEqual([]);
  });
}
