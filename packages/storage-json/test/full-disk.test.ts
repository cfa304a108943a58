import { fileURLToPath } from "node:url";
import { eventRecord } from "@tenantry/storage-testkit/records";
import { expect, onTestFinished, test } from "vitest";
import { startProgramWithoutRoom } from "../../storage-sqlite/test/children.ts";
import { openJsonStorage } from "../src/index.ts";
import { makeDirectory } from "./temporary-directory.ts";

const program = fileURLToPath(new URL("./full-disk-program.ts", import.meta.url));

test("after a commit that did not fit, a program can still read, hears of what others commit, and they of what it commits", async () => {
  const directory = makeDirectory();
  const storage = await openJsonStorage({ directory });
  onTestFinished(() => storage.close());
  const told: unknown[] = [];
  storage.onChange((changes) => told.push(changes));
  const append = (chain: string) =>
    storage.transaction("t", (ports) => ports.events.append(eventRecord("t", chain, 1)));

  const child = startProgramWithoutRoom(1200, program, directory);
  const full = (await child.hear()) as { acknowledged: number; refusal: string };
  expect(full).toMatchObject({ refusal: "storage_unavailable" });
  expect(full.acknowledged).toBeGreaterThan(10);
  await storage.catchUp("t", true);
  expect(told.flat()).toHaveLength(full.acknowledged);
  const head = await storage.committed.events.head("t", "ours");
  expect(head?.sequence).toBe(full.acknowledged);

  await append("first");
  child.tell("look");
  // What it had in memory was read anew after its failure.
  expect(await child.hear()).toContain("everything");
  await append("second");
  child.tell("look");
  expect(await child.hear()).toMatchObject([[{ entity_id: "second" }]]);

  // Whoever ends leaves an empty journal behind, and with it room.
  await (await openJsonStorage({ directory })).close();
  await storage.catchUp("t", true);
  told.length = 0;
  child.tell("append");
  await child.hear();
  await storage.catchUp("t", true);
  expect(told).toMatchObject([[{ entity_id: "later" }]]);
  child.tell("end");
  expect(await child.ended()).toBe(0);
});
