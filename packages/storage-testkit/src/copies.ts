import { type CopiedRow, copyRows, listTenantIds, readContent, type Storage } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import {
  addOrganization,
  addTeams,
  addTenant,
  type OpenSubject,
  openWithOrganization,
  tenantId,
} from "./open-subject.ts";
import {
  denialRecord,
  eventRecord,
  later,
  membershipRecord,
  moment,
  purgeRecord,
  registeredOrganizationRecord,
  resourceRecord,
} from "./records.ts";

export function describeCopies(open: OpenSubject): void {
  describe("copies a tenant's rows", () => {
    test("whole into another storage, where they have the same checksums", async () => {
      const source = await openFull(open);
      const { storage: target } = await open();
      for (const id of [null, tenantId]) {
        const copied = await copyRows(source, target, id);
        expect(await readContent(target, id)).toEqual(copied);
        expect(copied.filter(({ rows }) => rows === 0)).toEqual([]);
      }
      expect(await listTenantIds(target)).toEqual([tenantId]);
      // Also rows in an order that references allow only later: a team whose id sorts before its parent's.
      const { teams, sessions, access } = target.committed;
      const inner = await teams.find(tenantId, "org", "inner");
      expect(inner).toEqual(await source.committed.teams.find(tenantId, "org", "inner"));
      expect(inner?.parent_team_id).toBe("outer");
      expect((await sessions.findRefreshToken(tenantId, "hash"))?.session_id).toBe("s1");
      expect(await access.findAccess(tenantId, "org", "bob")).toEqual(
        await source.committed.access.findAccess(tenantId, "org", "bob"),
      );
    });

    test("page after page, each once and in the order of keys", async () => {
      const storage = await openFull(open);
      const { copies } = storage.committed;
      for (const { name } of copies.tables(tenantId)) {
        const whole = await copies.page(tenantId, name, null, 100);
        const paged: CopiedRow[] = [];
        for (let last: CopiedRow | null = null; ; last = paged.at(-1) ?? null) {
          const page: readonly CopiedRow[] = await copies.page(tenantId, name, last, 1);
          if (page.length === 0) break;
          paged.push(...page);
        }
        expect([name, paged]).toEqual([name, whole]);
        expect([name, await copies.count(tenantId, name)]).toEqual([name, whole.length]);
      }
    });

    test("over what is there where they are put, and never where they are inserted", async () => {
      const storage = await openWithOrganization(open);
      const [row] = await storage.committed.copies.page(tenantId, "memberships", null, 1);
      const changed = { ...row, role: "developer" };
      await expect(
        storage.transaction(tenantId, ({ copies }) =>
          copies.insert(tenantId, "memberships", [changed]),
        ),
      ).rejects.toThrow();
      await storage.transaction(tenantId, ({ copies }) =>
        copies.put(tenantId, "memberships", [changed]),
      );
      const rows = await storage.committed.copies.page(tenantId, "memberships", null, 10);
      expect(rows[0]).toEqual(changed);
      expect(rows).toHaveLength(2);
    });
  });
}

const quoted = 'O\'Brien "quotes" \\ back \n line, ü 漢 😀 \u2028';

/** A storage that has a row in every table. */
async function openFull(open: OpenSubject): Promise<Storage> {
  const { storage } = await open();
  await storage.transaction(null, async ({ keys, purges, registeredOrganizations }) => {
    await purges.insert(purgeRecord("gone"));
    await registeredOrganizations.insert(registeredOrganizationRecord(9, "acme"));
    const signing = { id: "key", algorithm: "EdDSA", public_jwk: "{}", private_jwk: '{"d":"x"}' };
    await keys.insertSigningKey({ ...signing, created_at: moment });
    await keys.insertOperatorKey({ id: "opk", key_hash: "hash", created_at: moment });
  });
  await storage.transaction(tenantId, async (ports) => {
    await addTenant(ports);
    await addOrganization(ports);
    await addTeams(ports);
    await ports.users.setPasswordHash(tenantId, "bob", "argon", moment);
    await ports.users.setTenantAdministrator(tenantId, "ann", true);
    await ports.resources.insert(resourceRecord(tenantId, "org", "p1", { name: quoted }));
    const cid = membershipRecord(tenantId, "org", "cid", {
      metadata: { quoted, large: 9_007_199_254_740_991 },
    });
    await ports.members.insert(cid, [{ scope: "tenant", key: "member" }]);
    await ports.events.append(eventRecord(tenantId, "org", 1, { data: '{"b":1, "a":2}' }));
    await ports.events.append(eventRecord(tenantId, "org", 2, { personal: quoted }));
    await ports.events.openInterval({
      tenant_id: tenantId,
      chain_id: "org",
      entity: "membership",
      entity_id: "bob",
      from_sequence: 1,
      from_at: moment,
      to_sequence: null,
      to_at: null,
    });
    const ends = { created_at: moment, expires_at: later };
    await ports.sessions.insert({
      tenant_id: tenantId,
      id: "s1",
      user_id: "bob",
      ...ends,
      revoked_at: null,
    });
    await ports.sessions.insertRefreshToken({
      tenant_id: tenantId,
      token_hash: "hash",
      session_id: "s1",
      created_at: moment,
      used_at: null,
    });
    await ports.idempotency.insert({
      tenant_id: tenantId,
      principal: "user ann",
      idempotency_key: "key",
      fingerprint: "print",
      result: '{"answer":1}',
      ...ends,
    });
    await ports.securityLog.append(tenantId, [denialRecord(tenantId, "denial")], 100);
  });
  return storage;
}
