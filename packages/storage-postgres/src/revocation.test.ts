import { eventRecord, tenantRecord } from "@tenantry/storage-testkit/records";
import { expect, onTestFinished, test } from "vitest";
import { borrowDatabase } from "../test/database.ts";
import { openPostgresStorage } from "./index.ts";

test("hears of another's commit within a second, 99 of 100 times, without asking", async () => {
  const { url, drop } = await borrowDatabase();
  onTestFinished(drop);
  const [one, other] = await Promise.all([
    openPostgresStorage({ url }),
    openPostgresStorage({ url }),
  ]);
  onTestFinished(async () => {
    await Promise.all([one.close(), other.close()]);
  });
  await one.transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")));
  const waits: number[] = [];
  for (let sequence = 1; sequence <= 200; sequence += 1) {
    const heard = new Promise<void>((resolve) => other.onChange(() => resolve()));
    await one.transaction("t", (ports) => ports.events.append(eventRecord("t", "c", sequence)));
    const acknowledgedAt = performance.now();
    await heard;
    waits.push(performance.now() - acknowledgedAt);
  }
  waits.sort((a, b) => a - b);
  expect(waits[Math.ceil(waits.length * 0.99) - 1]).toBeLessThan(1_000);
});
