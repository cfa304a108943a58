import {
  addMember,
  type Context,
  createOrganization,
  createTenant,
  createUser,
  removeMember,
} from "@tenantry/core";
import { fillTenant } from "@tenantry/storage-testkit";
import { expect, onTestFinished, test } from "vitest";
import { type MoveStep, type MoveTarget, moveTenant } from "../src/index.ts";
import { type Installation, openProcess, type Process, tenantId } from "./installation.ts";
import { type OtherProcess, startOtherProcess } from "./other-process.ts";

const dedicated = { server: "main" };

/** What real processes see of a tenant that another one moves. */
export function describeMovingAmongProcesses(make: () => Promise<Installation>): void {
  for (const step of ["switched", "removed"] as const) {
    test(`refuses, elsewhere within a second and at once where freshness is demanded, a member whom the mover removed when the tenant was ${step}`, async () => {
      const installation = await make();
      const mover = await open(installation);
      const inhabited = await inhabit(mover);
      const { ctx, organizationId } = inhabited;
      const other = await startOtherProcess(installation);
      const may = (userId: string, isStrong: boolean) =>
        other.run({ do: "check", tenantId: ctx.tenantId, organizationId, userId, isStrong });
      const move = async (to: MoveTarget, [one = "", two = ""]: readonly string[]) => {
        // Twice, so that memory has the answer.
        for (const userId of [one, two, one, two]) expect(await may(userId, false)).toBe(true);
        const onStep = async (reached: MoveStep) => {
          // What was remembered until then is forgotten at the announcement; this is remembered of the old place while the tenant moves.
          if (reached === "compared") for (const userId of [one, two]) await may(userId, false);
          if (reached !== step) return;
          await removeMember(ctx, organizationId, one);
          expect(await may(one, true)).toBe(false);
          await removeMember(ctx, organizationId, two);
          const removedAt = performance.now();
          await expect.poll(() => may(two, false), { interval: 1 }).toBe(false);
          expect(performance.now() - removedAt).toBeLessThan(1_000);
        };
        const options = mover.moveOptions({ tenantId: ctx.tenantId, onStep });
        expect(await moveTenant(options, to)).toMatchObject({ outcome: "moved" });
        expect([await may(one, false), await may(two, false)]).toEqual([false, false]);
      };
      await move(dedicated, inhabited.members.slice(0, 2));
      await move("shared", inhabited.members.slice(2));
      expect(await may(inhabited.ownerId, false)).toBe(true);
    });
  }

  test("shows a process that only reads, at its next read, what was written at the new place", async () => {
    const installation = await make();
    const mover = await open(installation);
    const { ctx } = await inhabit(mover);
    const reader = await startOtherProcess(installation);
    const finds = (userId: string) => reader.run({ do: "read", tenantId: ctx.tenantId, userId });
    const shown = [await createUser(ctx, { name: "Before" })];
    for (const to of [dedicated, "shared", dedicated] as const) {
      // The reader knows from here on where the tenant lives.
      for (const { id } of shown) expect(await finds(id)).toBe(true);
      const options = mover.moveOptions({ tenantId: ctx.tenantId });
      expect(await moveTenant(options, to)).toMatchObject({ outcome: "moved" });
      shown.push(await createUser(ctx, { name: "After" }));
      for (const { id } of shown) expect(await finds(id)).toBe(true);
    }
  });

  test("loses nothing that any of three processes was acknowledged while one of them moves the tenant, and shows it to the others", async () => {
    const installation = await make();
    const mover = await open(installation);
    await mover.storage.transaction(tenantId, (ports) => fillTenant(ports, tenantId));
    const [one, two] = [
      await startOtherProcess(installation),
      await startOtherProcess(installation),
    ];
    for (const writer of [one, two]) await writer.run({ do: "write" });
    const watch = watchEachOther(one, two);
    for (const to of [dedicated, "shared", dedicated] as const) {
      const before = [one.acknowledged.length, two.acknowledged.length];
      expect(await moveTenant(mover.moveOptions(), to)).toMatchObject({ outcome: "moved" });
      await expect.poll(() => one.acknowledged.length).toBeGreaterThan(before[0] ?? 0);
      await expect.poll(() => two.acknowledged.length).toBeGreaterThan(before[1] ?? 0);
    }
    const { shown, missing } = await watch.stop();
    expect(missing).toEqual([]);
    expect(shown).toBeGreaterThan(10);
    for (const writer of [one, two]) await writer.run({ do: "end" });
    const { storage } = await open(installation);
    for (const id of [...one.acknowledged, ...two.acknowledged]) {
      expect(await storage.committed.users.find(tenantId, id), id).toBeDefined();
    }
  });
}

async function open(installation: Installation): Promise<Process> {
  const opened = await openProcess(installation);
  onTestFinished(() => opened.storage.close());
  return opened;
}

/** A tenant with an organization and four members beside its owner. */
async function inhabit({ engine }: Process) {
  const actor = { type: "system", id: "test" } as const;
  const { id } = await createTenant({ engine, tenantId: "none", actor }, { name: "Moved" });
  const ctx: Context = { engine, tenantId: id, actor };
  const ids: string[] = [];
  for (const name of ["Owner", "Ann", "Bob", "Cyd", "Dan"]) {
    ids.push((await createUser(ctx, { name, email: `${name}@example.com` })).id);
  }
  const [ownerId = "", ...members] = ids;
  const organization = await createOrganization(ctx, { name: "Acme", owner_user_id: ownerId });
  for (const user_id of members) await addMember(ctx, organization.id, { user_id });
  // The last event that others know of is of a tenant that stays, and tells them nothing of one that is gone.
  await createTenant({ engine, tenantId: "none", actor }, { name: "Staying" });
  return { ctx, organizationId: organization.id, ownerId, members };
}

/** Asks each process, again and again, for what the other was acknowledged last. */
function watchEachOther(one: OtherProcess, two: OtherProcess) {
  const missing: string[] = [];
  let shown = 0;
  let isOver = false;
  const look = async (writer: OtherProcess, reader: OtherProcess) => {
    while (!isOver) {
      const userId = writer.acknowledged.at(-1);
      if (userId === undefined) await expect.poll(() => writer.acknowledged.length).not.toBe(0);
      else if (await reader.run({ do: "find", userId })) shown += 1;
      else missing.push(userId);
    }
  };
  const looking = [look(one, two), look(two, one)];
  for (const one of looking) one.catch(() => {});
  return {
    async stop() {
      isOver = true;
      await Promise.all(looking);
      return { shown, missing };
    },
  };
}
