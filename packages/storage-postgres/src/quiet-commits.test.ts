import type { Change, Ports } from "@tenantry/core";
import { eventRecord, tenantRecord } from "@tenantry/storage-testkit/records";
import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { borrowDatabase } from "../test/database.ts";
import { channelName } from "./channel.ts";
import { openPostgresStorage } from "./index.ts";

/** A storage, and how many messages a commit of it sends. */
async function openHeard() {
  const { url, drop } = await borrowDatabase();
  const storage = await openPostgresStorage({ url });
  const client = new Client(url);
  onTestFinished(async () => {
    await client.end();
    await storage.close();
    await drop();
  });
  await client.connect();
  await client.query(`LISTEN ${channelName}`);
  let heard = 0;
  client.on("notification", () => {
    heard += 1;
  });
  await storage.transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")));
  let sequence = 0;
  const messagesOf = async (tenantId: string | null, body: (ports: Ports) => Promise<void>) => {
    heard = 0;
    await storage.transaction(tenantId, body);
    // Its messages come before the answer to what is asked after it.
    await client.query("SELECT 1");
    return heard;
  };
  const append = (changes: readonly Partial<Change>[]) =>
    messagesOf("t", async ({ events }) => {
      for (const change of changes) {
        sequence += 1;
        await events.append(eventRecord("t", "o", sequence, change));
      }
    });
  return { messagesOf, append };
}

test("sends no message of a commit that contradicts nothing that is remembered, because commits with one wait for each other", async () => {
  const { messagesOf, append } = await openHeard();
  const member = { type: "member.added", entity: "membership" } as const;
  expect(await append([{ type: "organization.created" }, member])).toBe(0);
  expect(await append([{ type: "user.created", entity: "user", organization_id: null }])).toBe(0);
  expect(await append([{ type: "resource.registered", entity: "resource" }])).toBe(0);
  expect(await messagesOf("t", async ({ tenants }) => void (await tenants.lock("t")))).toBe(0);
});

test("sends one of every commit that may contradict it, with an event or without", async () => {
  const { messagesOf, append } = await openHeard();
  const member = { type: "member.added", entity: "membership" } as const;
  expect(await append([member])).toBe(1);
  expect(await append([{ type: "organization.created", organization_id: "p" }, member])).toBe(1);
  expect(await append([{ type: "user.deactivated", entity: "user", organization_id: null }])).toBe(
    1,
  );
  expect(await messagesOf(null, async ({ keys }) => await keys.removeOperatorKeys())).toBe(1);
  expect(
    await messagesOf("t", async ({ sessions }) => {
      await sessions.revoke("t", "s", "2026-08-01T12:00:00.000Z");
    }),
  ).toBe(1);
});
