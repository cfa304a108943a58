import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { readContent } from "@tenantry/core";
import { fillTenant } from "@tenantry/storage-testkit";
import { userRecord } from "@tenantry/storage-testkit/records";
import { expect, onTestFinished, test } from "vitest";
import { type MoveStep, type MoveTarget, moveTenant, undoMove } from "../src/index.ts";
import { type Installation, openProcess, type Process, tenantId } from "./installation.ts";

const program = fileURLToPath(new URL("./move-program.ts", import.meta.url));
const rounds = Number(process.env.TENANTRY_MOVE_KILL_ROUNDS ?? 1);
const dedicated = { server: "main" };

/** What moving a tenant promises, on whatever storage. */
export function describeMoving(make: () => Promise<Installation>): void {
  test("moves a tenant out and back under load, and loses nothing that was acknowledged", async () => {
    const installation = await make();
    const [one, two] = [await openFilled(installation), await open(installation)];
    const load = startLoad([one, two]);
    const out = await moveTenant(one.moveOptions(), dedicated);
    const back = await moveTenant(two.moveOptions(), "shared");
    const again = await moveTenant(one.moveOptions(), dedicated);
    const { acknowledged, faults } = await load.stop();
    expect(faults).toEqual([]);
    for (const moved of [out, back, again]) {
      expect(moved).toMatchObject({ outcome: "moved", checksum: expect.any(String) });
    }
    expect(back.rows).toBeGreaterThanOrEqual(out.rows);
    expect(acknowledged.length).toBeGreaterThan(20);
    const three = await open(installation);
    for (const id of acknowledged) {
      expect(await three.storage.committed.users.find(tenantId, id)).toBeDefined();
    }
    expect(await rowsIn(one.main)).toEqual(["tenants"]);
    expect(await three.storage.committed.tenants.find(tenantId)).toMatchObject({
      placement: "dedicated",
    });
  });

  for (const step of [
    "announced",
    "copied",
    "compared",
    "fenced",
    "switched",
    "removed",
  ] as const) {
    test(`goes on or back after a kill when it was ${step}`, async () => {
      const installation = await make();
      const { storage, moveOptions } = await openFilled(installation);
      await write(storage, "before");
      for (let round = 0; round < 2 * rounds; round += 1) {
        const target: MoveTarget = (await isDedicated(storage)) ? "shared" : dedicated;
        await killAt(installation, target, step);
        const hasSwitched = step === "switched" || step === "removed";
        if (round % 2 === 0) {
          const { outcome } = await undoMove(moveOptions());
          expect(outcome).toBe(hasSwitched ? "finished" : "undone");
          expect(await isDedicated(storage)).toBe((target !== "shared") === hasSwitched);
        } else {
          const { outcome } = await moveTenant(moveOptions(), target);
          expect(outcome).toBe(hasSwitched ? "finished" : "moved");
          expect(await isDedicated(storage)).toBe(target !== "shared");
        }
        await write(storage, `after ${round}`);
        expect(await storage.committed.users.find(tenantId, "before")).toBeDefined();
        expect(await storage.committed.moveRecords.find(tenantId)).toBeUndefined();
      }
    });
  }

  test("keeps a tenant where it is whose copy is not the same", async () => {
    const installation = await make();
    const { main, server, storage, moveOptions } = await openFilled(installation);
    const before = await readContent(storage, tenantId);
    const plant = async (step: MoveStep) => {
      if (step !== "copied") return;
      const record = await main.committed.moveRecords.find(tenantId);
      const copy = await server.open(record?.to_database ?? "", 3);
      await copy.transaction(tenantId, (ports) =>
        ports.users.update(userRecord(tenantId, "bob", { name: "Planted" })),
      );
      await copy.close();
    };
    const moving = moveTenant(moveOptions({ onStep: plant }), dedicated);
    await expect(moving).rejects.toMatchObject({ code: "storage_damaged" });
    const after = await readContent(storage, tenantId);
    const same = (contents: typeof before) =>
      contents.filter(({ table }) => !["tenants", "events", "history"].includes(table));
    expect(same(after)).toEqual(same(before));
    expect(await isDedicated(storage)).toBe(false);
    await write(storage, "after");
    expect(await moveTenant(moveOptions(), dedicated)).toMatchObject({ outcome: "moved" });
  });
}

async function open(installation: Installation): Promise<Process> {
  const opened = await openProcess(installation);
  onTestFinished(() => opened.storage.close());
  return opened;
}

export async function openFilled(installation: Installation): Promise<Process> {
  const opened = await open(installation);
  await opened.storage.transaction(tenantId, (ports) => fillTenant(ports, tenantId));
  return opened;
}

async function write(storage: Process["storage"], id: string): Promise<void> {
  await storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, id)));
}

async function isDedicated({ committed }: Process["storage"]): Promise<boolean> {
  const placement = await committed.placements.find(tenantId);
  return placement !== undefined && placement.database !== null;
}

async function rowsIn(main: Process["main"]): Promise<readonly string[]> {
  const contents = await readContent(main, tenantId);
  return contents.filter(({ rows }) => rows > 0).map(({ table }) => table);
}

export async function killAt(installation: Installation, target: MoveTarget, step: MoveStep) {
  const to = target === "shared" ? target : target.server;
  const args = [program, JSON.stringify(installation), to, step];
  const [, signal] = await once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
  expect(signal).toBe("SIGKILL");
}

/** Every process writes, and each reads what any of them was acknowledged last. */
export function startLoad(processes: readonly Process[]) {
  const acknowledged: string[] = [];
  const faults: string[] = [];
  let isOver = false;
  const lanes = processes.map(async ({ storage }, lane) => {
    for (let turn = 0; !isOver; turn += 1) {
      const id = `load-${lane}-${turn}`;
      await write(storage, id);
      acknowledged.push(id);
      const last = acknowledged.at(-1) ?? id;
      await storage.catchUp(tenantId, true);
      if ((await storage.committed.users.find(tenantId, last)) === undefined) {
        faults.push(`${last} was not read by ${lane}`);
      }
    }
  });
  // Told of when it is stopped: a test that fails before has its own error.
  for (const lane of lanes) lane.catch(() => {});
  return {
    async stop() {
      isOver = true;
      await Promise.all(lanes);
      return { acknowledged, faults };
    },
  };
}
