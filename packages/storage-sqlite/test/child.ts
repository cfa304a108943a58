import type { Ports } from "@tenantry/core";
import { eventRecord, tenantRecord } from "@tenantry/storage-testkit/records";
import { openSqliteStorage } from "../src/index.ts";

/** A process of its own, for tests with several. It is told what to do by its arguments and by messages. */
const [task, path = "", name = ""] = process.argv.slice(2);

const say = (message: unknown) => process.send?.(message);
const hear = () => new Promise((resolve) => process.once("message", resolve));

/** Says when it is ready, so that all children begin at the same moment. */
async function open(): Promise<void> {
  say("ready");
  await hear();
  const storage = await openSqliteStorage({ path });
  await storage.transaction("t", (ports) => ports.tenants.insert(tenantRecord(name)));
  await storage.close();
}

async function write(): Promise<void> {
  const storage = await openSqliteStorage({ path });
  say("ready");
  await hear();
  let turns = 0;
  let isDone = false;
  // Turns themselves and not the ticks of a clock, which a fast machine has fewer of and a busy one misses.
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  for (let round = 0; round < 10; round += 1) {
    const bodies = Array.from({ length: 20 }, (_, number) =>
      storage.transaction("t", (ports) => writeOne(ports, `${name}-${round}-${number}`)),
    );
    await Promise.all(bodies);
  }
  isDone = true;
  await storage.close();
  say({ turns });
}

async function writeOne(ports: Ports, id: string): Promise<void> {
  await ports.tenants.insert(tenantRecord(id));
  const head = await ports.events.head("t", "chain");
  await ports.events.append(eventRecord("t", "chain", (head?.sequence ?? 0) + 1));
}

async function hold(): Promise<void> {
  const storage = await openSqliteStorage({ path, program: name });
  const beforeCommit = async () => {
    say("holding");
    await hear();
  };
  await storage.transaction("t", () => {}, { beforeCommit });
  await storage.close();
}

/** Writes until it can no more, and says how much was acknowledged and why it ended. */
async function fill(): Promise<void> {
  const storage = await openSqliteStorage({ path });
  const long = { name: "x".repeat(5000) };
  let acknowledged = 0;
  const refusals: unknown[] = [];
  while (refusals.length < 2) {
    try {
      const id = String(acknowledged);
      await storage.transaction("t", (ports) => ports.tenants.insert(tenantRecord(id, long)));
      acknowledged += 1;
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      refusals.push({ code, message });
    }
  }
  const isReadable = (await storage.committed.tenants.find("0")) !== undefined;
  await storage.close();
  say({ acknowledged, refusals, isReadable });
}

/** Appends events until there is no room for one, and says what it hears of others afterwards. */
async function fillAndListen(): Promise<void> {
  const storage = await openSqliteStorage({ path });
  const told: unknown[] = [];
  storage.onChange((changes) => told.push(changes));
  const data = JSON.stringify("x".repeat(5000));
  const append = (number: number) =>
    storage.transaction("t", (ports) =>
      ports.events.append(eventRecord("t", "ours", number, { data })),
    );
  for (let number = 1, isFull = false; !isFull; number += 1) {
    await append(number).catch(() => {
      isFull = true;
    });
  }
  told.length = 0;
  say("full");
  await hear();
  await storage.catchUp("t", true);
  await storage.close();
  say(told);
}

if (task === "open") await open();
else if (task === "fill and listen") await fillAndListen();
else if (task === "fill") await fill();
else if (task === "write") await write();
else await hold();
process.disconnect();
