import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import {
  type Context,
  createTenant,
  deleteTenant,
  ensureDefaultTenant,
  getTenant,
  isDomainError,
  purgeTenant,
  readContent,
  resumePurges,
  type Storage,
} from "@tenantry/core";
import { fillTenant, itemsOf, pageRequest } from "@tenantry/storage-testkit";
import { userRecord } from "@tenantry/storage-testkit/records";
import { describe, expect, onTestFinished, test } from "vitest";
import { queryOnce } from "../../storage-postgres/test/database.ts";
import { moveTenant } from "../src/index.ts";
import {
  type Installation,
  openProcess,
  type Parts,
  type Process,
  tenantId,
} from "./installation.ts";

const program = fileURLToPath(new URL("./purge-program.ts", import.meta.url));
/** TENANTRY_KILL_ROUNDS, as elsewhere, asks for a kill at every step. */
const everyStep = process.env.TENANTRY_KILL_ROUNDS !== undefined;

const slug = `slug-of-${tenantId}`;
const kinds = {
  "a tenant of the main database": { isDedicated: false, keep: false },
  "a tenant with a database of its own": { isDedicated: true, keep: false },
  "a tenant whose database is kept": { isDedicated: true, keep: true },
} as const;
type Kind = (typeof kinds)[keyof typeof kinds];

/** What purging a tenant promises, on whatever storage. */
export function describePurging(make: () => Promise<Installation>): void {
  describe.each(Object.entries(kinds))("%s", (_, kind) => {
    test("goes with everything, for every process, and a new one of its slug has none of it", async () => {
      const installation = await make();
      const { process: one, database } = await openDeleted(installation, kind);
      const two = await open(installation);
      // It has the tenant's database open, and knows where that is.
      expect(await two.storage.committed.users.find(tenantId, "bob")).toBeDefined();
      await one.storage.committed.users.find(tenantId, "bob");
      const purged = await purgeTenant(await contextOf(one), slug, { keep_database: kind.keep });
      expect(purged).toMatchObject({ id: tenantId, slug });
      expect(purged.kept_database).toEqual(kind.keep ? { server: "main", database } : null);
      await expectGone(one, kind, database);
      await two.storage.catchUp(tenantId, true);
      await expect.poll(() => two.storage.committed.users.find(tenantId, "bob")).toBeUndefined();
      await expect(write(two.storage, "late")).rejects.toMatchObject({ code: "tenant_not_found" });
      const again = await createTenant(await contextOf(two), { name: "Again", slug });
      expect(again.id).not.toBe(tenantId);
      const users = await one.storage.committed.users.list(again.id, {}, pageRequest());
      expect(itemsOf(users)).toEqual([]);
    });

    test("killed at any step of its purge, goes as soon as Tenantry is opened again", async () => {
      const steps = await purge(await makeDeleted(make, kind), kind);
      expect(steps).toBeGreaterThan(5);
      for (const step of everyStep ? range(steps) : samplesOf(steps)) {
        const { installation, database } = await makeDeleted(make, kind);
        await purge({ installation }, kind, step);
        const opened = await open(installation);
        // As every opening does.
        await opened.storage.places.cleanUp();
        // A server notices a little later that the killed one is gone, and holds its lock until then.
        await expect
          .poll(async () => {
            expect(await resumePurges(opened.engine)).toEqual([]);
            return await opened.storage.committed.purges.listUnfinished(1);
          })
          .toEqual([]);
        await expectGone(opened, kind, database);
      }
    }, 180_000);

    test("that is restored while its purge begins stays whole and can be used", async () => {
      const installation = await make();
      const { process: opened, database } = await openDeleted(installation, kind);
      const restoring = await open(installation, (parts) => restoringAtOnce(parts, database));
      const ctx = await contextOf(restoring);
      const purging = purgeTenant(ctx, slug, { keep_database: kind.keep });
      await expect(purging).rejects.toMatchObject({ code: "tenant_not_deleted" });
      expect(await getTenant(await contextOf(opened), tenantId)).toMatchObject({
        status: "active",
      });
      await write(opened.storage, "after");
      expect(await opened.storage.committed.users.find(tenantId, "bob")).toBeDefined();
      expect(await opened.storage.committed.purges.find(tenantId)).toBeUndefined();
    });
  });

  test.each(["deleted", "active"] as const)(
    "a tenant, %s, whose database is missing is purged by slug or id, since there is nothing to keep",
    async (status) => {
      for (const idOrSlug of [slug, tenantId]) {
        const installation = await make();
        const { process: opened, database } = await openDedicated(installation, status);
        const { storage, server } = opened;
        await server.drop(String(database));
        const ctx = await contextOf(opened);
        await expect(purgeTenant(ctx, idOrSlug, { keep_database: true })).rejects.toMatchObject({
          code: "invalid_input",
          message: expect.stringContaining("leave it out"),
        });
        expect(await storage.committed.purges.find(tenantId)).toBeUndefined();
        await purgeTenant(ctx, idOrSlug);
        await expectGone(opened, kinds["a tenant with a database of its own"], database);
        expect(await createTenant(ctx, { name: "Again", slug })).toMatchObject({ slug });
        await storage.close();
      }
    },
  );

  test.each(["deleted", "active"] as const)(
    "a tenant, %s, whose database cannot be used is purged where that is kept, and it is left as it was",
    async (status) => {
      const installation = await make();
      const { process: opened, database } = await openDedicated(installation, status);
      await spoil(installation, String(database));
      const ctx = await contextOf(opened);
      for (const idOrSlug of [slug, tenantId]) {
        await expect(purgeTenant(ctx, idOrSlug)).rejects.toMatchObject({
          code: "storage_unavailable",
          message: expect.stringContaining("--keep-database"),
        });
      }
      expect(await opened.storage.committed.purges.find(tenantId)).toBeUndefined();
      const kept = { server: "main", database };
      const purged = await purgeTenant(ctx, tenantId, { keep_database: true });
      expect(purged.kept_database).toEqual(kept);
      expect(await opened.storage.committed.tenants.findBySlug(slug)).toBeUndefined();
      expect(await opened.main.committed.placements.find(tenantId)).toBeUndefined();
      expect(await opened.server.exists(String(database))).toBe(true);
      const [event] = await purgesIn(opened);
      expect(JSON.parse(event?.data ?? "").after).toEqual(kept);
    },
  );

  test("a purge that its database holds up is told to keep it, and ends", async () => {
    const installation = await make();
    const { process: opened, database } = await openDedicated(installation, "deleted");
    await opened.storage.close();
    // The purge is recorded, and nothing has been done.
    await purge({ installation }, kinds["a tenant with a database of its own"], 1);
    await spoil(installation, String(database));
    const again = await open(installation);
    const ctx = await contextOf(again);
    expect(await resumePurges(again.engine)).toEqual([expect.stringContaining("--keep-database")]);
    await expect(purgeTenant(ctx, slug)).rejects.toThrow(/--keep-database/);
    const purged = await purgeTenant(ctx, slug, { keep_database: true });
    expect(purged.kept_database).toEqual({ server: "main", database });
    expect(await again.storage.committed.purges.listUnfinished(1)).toEqual([]);
  });

  test("a tenant that moves is not purged, and its database is kept only where it has one", async () => {
    const { process: opened } = await openDeleted(
      await make(),
      kinds["a tenant of the main database"],
    );
    const ctx = await contextOf(opened);
    await expect(purgeTenant(ctx, slug, { keep_database: true })).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ pointer: "/keep_database" }],
    });
    let refused: unknown;
    await moveTenant(
      opened.moveOptions({
        async onStep(step) {
          if (step === "copied") refused = await purgeTenant(ctx, slug).catch((error) => error);
        },
      }),
      { server: "main" },
    );
    expect(refused).toMatchObject({ code: "storage_busy" });
    expect(await purgeTenant(ctx, slug)).toMatchObject({ id: tenantId });
  });

  test("a tenant is purged once, whoever asks for it at the same time", async () => {
    const installation = await make();
    const { process: one } = await openDeleted(
      installation,
      kinds["a tenant with a database of its own"],
    );
    const two = await open(installation);
    const all = [one, two, one, two].map(async (each) => purgeTenant(await contextOf(each), slug));
    const codes = (await Promise.allSettled(all)).map((end) =>
      end.status === "fulfilled" ? "purged" : isDomainError(end.reason) && end.reason.code,
    );
    expect(codes).toContain("purged");
    expect(
      codes.filter(
        (code) => !["purged", "storage_busy", "tenant_not_found"].includes(String(code)),
      ),
    ).toEqual([]);
    expect(await purgesIn(one)).toHaveLength(1);
  });
}

async function open(
  installation: Installation,
  change?: (parts: Parts) => Parts,
): Promise<Process> {
  const opened = await openProcess(installation, change);
  onTestFinished(() => opened.storage.close());
  await ensureDefaultTenant(opened.engine);
  return opened;
}

/** Purges are the operator's; the tenant of the call is the default one. */
export async function contextOf({ engine }: Process): Promise<Context> {
  const { id } = await ensureDefaultTenant(engine);
  return { engine, tenantId: id, actor: { type: "operator", id: "opk" } };
}

/** An installation with a tenant that has everything, in a database of its own that nobody has open. */
export async function openDedicated(installation: Installation, status: "deleted" | "active") {
  const { process, database } = await openDeleted(
    installation,
    kinds["a tenant with a database of its own"],
    status,
  );
  await process.storage.close();
  return { process: await open(installation), database };
}

/** An installation with a tenant that has everything and is deleted. */
async function openDeleted(
  installation: Installation,
  kind: Kind,
  status: "deleted" | "active" = "deleted",
) {
  const process = await open(installation);
  const { storage } = process;
  await storage.transaction(tenantId, (ports) => fillTenant(ports, tenantId));
  if (kind.isDedicated) await moveTenant(process.moveOptions(), { server: "main" });
  if (status === "deleted") await deleteTenant(await contextOf(process), tenantId);
  const placement = await storage.committed.placements.find(tenantId);
  return { process, database: placement?.database ?? null };
}

/** Leaves a database where it is, so that nobody can open it. */
async function spoil(installation: Installation, database: string): Promise<void> {
  if ("url" in installation) {
    await queryOnce(installation.url, `ALTER DATABASE ${database} WITH ALLOW_CONNECTIONS false`);
    return;
  }
  writeFileSync(
    join(installation.directory, "tenants", `${database}.db`),
    "no database".repeat(99),
  );
}

async function makeDeleted(make: () => Promise<Installation>, kind: Kind) {
  const installation = await make();
  const { process, database } = await openDeleted(installation, kind);
  await process.storage.close();
  return { installation, database };
}

/** Purges in a process of its own, which is killed after a step. @returns how many steps it took. */
async function purge(
  { installation }: { readonly installation: Installation },
  { keep }: Kind,
  step = 0,
): Promise<number> {
  const args = [program, JSON.stringify(installation), keep ? "keep" : "", String(step)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said, [, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(signal).toBe(step === 0 ? null : "SIGKILL");
  return Number(said);
}

const range = (steps: number) => Array.from({ length: steps }, (_, index) => index + 1);

/** The first ones, one in the midst, and the last ones. */
const samplesOf = (steps: number) =>
  range(steps).filter((step) => step <= 3 || step > steps - 3 || step === Math.ceil(steps / 2));

async function purgesIn({ engine, storage }: Process) {
  const { id } = await ensureDefaultTenant(engine);
  const events = await storage.committed.events.list(id, id, 0, 1_000);
  return events.filter(({ type }) => type === "tenant.purged");
}

async function expectGone(opened: Process, kind: Kind, database: string | null): Promise<void> {
  const { main, storage } = opened;
  const contents = await readContent(main, tenantId);
  expect(contents.filter(({ rows }) => rows > 0)).toEqual([]);
  expect(await main.committed.placements.find(tenantId)).toBeUndefined();
  expect(await storage.committed.tenants.findBySlug(slug)).toBeUndefined();
  expect(await main.committed.purges.find(tenantId)).toMatchObject({
    tenant: null,
    kept_database: kind.keep ? database : null,
    purged_at: expect.any(String),
  });
  const [event, ...more] = await purgesIn(opened);
  expect(more).toEqual([]);
  expect(event).toMatchObject({ entity_id: tenantId, actor_type: "operator", actor_id: "opk" });
  expect(JSON.parse(event?.data ?? "")).toMatchObject({
    before: { id: tenantId, slug },
    after: kind.keep ? { server: "main", database } : null,
  });
  if (database !== null) await expectDatabase(opened, database, kind.keep);
}

/** A kept one is whole, says at its end what happened, and can be written. */
async function expectDatabase({ server }: Process, database: string, isKept: boolean) {
  expect(await server.exists(database)).toBe(isKept);
  if (!isKept) return;
  const kept = await server.open(database, server.connections.least);
  try {
    expect(await kept.committed.users.find(tenantId, "bob")).toBeDefined();
    const events = await kept.committed.events.list(tenantId, tenantId, 0, 1_000);
    expect(events.map(({ type }) => type).slice(-2)).toEqual(["tenant.deleted", "tenant.purged"]);
    await write(kept, "kept");
  } finally {
    await kept.close();
  }
}

async function write(storage: Storage, id: string): Promise<void> {
  await storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, id)));
}

/** Another process restores the tenant as soon as its purge is recorded, before it is fenced. */
function restoringAtOnce({ main, server }: Parts, database: string | null): Parts {
  let isRestored = false;
  const restore = async (storage: Storage) => {
    const row = await storage.committed.tenants.find(tenantId);
    if (row === undefined) throw new Error("There is no tenant to restore");
    const active = { ...row, status: "active", deleted_at: null } as const;
    await storage.transaction(tenantId, (ports) => ports.tenants.update(active));
  };
  return {
    server,
    main: {
      ...main,
      get committed() {
        return main.committed;
      },
      async transaction(tenant, body) {
        const result = await main.transaction(tenant, body);
        const hasBegun = (await main.committed.purges.find(tenantId)) !== undefined;
        if (isRestored || !hasBegun) return result;
        isRestored = true;
        if (database === null) {
          await restore(main);
        } else {
          const own = await server.open(database, server.connections.least);
          await restore(own);
          await own.close();
        }
        return result;
      },
    },
  };
}
