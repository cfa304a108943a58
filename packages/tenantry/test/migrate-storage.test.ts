import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import {
  createOrganization,
  createTenant,
  deleteTenant,
  importData,
  isDomainError,
  purgeTenant,
  type Storage,
  verifyChains,
} from "@tenantry/core";
import {
  type MigrateStorageOptions,
  migrateStorage,
  openTenantry,
  parseDatabaseUrl,
  type StorageMigration,
} from "tenantry";
import { expect, onTestFinished, test } from "vitest";
import { isJson, isPostgres, makeTestDatabase } from "./test-database.ts";

const program = fileURLToPath(new URL("./migrate-storage-program.ts", import.meta.url));
const fixture = new URL("../../cli/test/github-organizations.json", import.meta.url);
const rounds = Number(process.env.TENANTRY_KILL_ROUNDS ?? 2);

/** A place for a file or directory, gone with the test. */
function makePlace(): string {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "place");
}

/** A SQLite file with organizations in it. */
async function makeSource(): Promise<string> {
  const url = `sqlite:${makePlace()}`;
  const tenantry = await openTenantry({ databaseUrl: url });
  await importData(tenantry.context(), JSON.parse(readFileSync(fixture, "utf8")));
  await createOrganization(tenantry.context({ idempotencyKey: "once" }), { name: "Ünïcode 漢 😀" });
  await tenantry.close();
  return url;
}

async function migrate(
  from: string,
  to: string,
  options: Partial<MigrateStorageOptions> = {},
): Promise<StorageMigration> {
  return await migrateStorage({
    from: parseDatabaseUrl(from, "."),
    to: parseDatabaseUrl(to, "."),
    ...options,
  });
}

test.skipIf(isPostgres || isJson)(
  "refuses a source of whose tenants one has a database of its own, by name, and makes no target",
  async () => {
    const [from, to] = [makePlace(), makePlace()];
    const tenantry = await openTenantry({
      databaseUrl: `sqlite:${from}`,
      dataDirectory: dirname(from),
    });
    const input = { name: "Apart", placement: "dedicated" as const };
    const { id } = await createTenant(tenantry.context(), input);
    await tenantry.close();
    const refusal = await refusalOf(migrate(`sqlite:${from}`, `sqlite:${to}`));
    expect(refusal.code).toBe("invalid_import");
    expect(refusal.fields?.map(({ pointer }) => pointer)).toEqual([`/tenants/${id}`]);
    expect(existsSync(to)).toBe(false);
  },
);

test.skipIf(isPostgres).each(["dropping", "making", "moving"] as const)(
  "refuses a source with a tenant that is half way (%s), and says what ends that",
  async (state) => {
    const url = await makeSource();
    const tenantry = await openTenantry({ databaseUrl: url });
    const { id } = await createTenant(tenantry.context(), { name: "Half" });
    const { storage } = tenantry.engine;
    const now = new Date().toISOString();
    await storage.transaction(null, ({ placements }) =>
      placements.insert({
        tenant_id: id,
        server: "main",
        database: null,
        epoch: 1,
        state,
        created_at: now,
        updated_at: now,
      }),
    );
    await tenantry.close();
    const to = makePlace();
    const refusal = await refusalOf(migrate(url, `sqlite:${to}`));
    expect(refusal).toMatchObject({
      code: "invalid_import",
      message: expect.stringMatching(/tenantry tenant (list|move)/),
      fields: [{ pointer: `/tenants/${id}` }],
    });
    expect(existsSync(to)).toBe(false);
  },
);

test("copies a source whose half-done purge was gone on with by opening it once, as the refusal says", async () => {
  const url = await makeSource();
  const tenantry = await openTenantry({ databaseUrl: url });
  const ctx = tenantry.context();
  const { id } = await createTenant(ctx, { name: "Half" });
  await deleteTenant(ctx, id);
  const { storage } = tenantry.engine;
  const failing = purgeTenant(
    { ...ctx, engine: { ...ctx.engine, places: undefined, storage: stopping(storage, id) } },
    id,
  );
  await expect(failing).rejects.toThrow("stopped");
  await tenantry.close();
  const to = `sqlite:${makePlace()}`;
  const refusal = await refusalOf(migrate(url, to));
  expect(refusal.message).toContain(`${id} is being purged`);
  await (await openTenantry({ databaseUrl: url })).close();
  expect(await migrate(url, to)).toMatchObject({ tenants: 1 });
});

/** A storage whose program ends when the tenant itself is to be written. */
function stopping({ moves: _, ...storage }: Storage, tenantId: string): Storage {
  return {
    ...storage,
    transaction(tenant, body, options) {
      if (tenant === tenantId) throw new Error("stopped");
      return storage.transaction(tenant, body, options);
    },
  };
}

/** Which error it ends with. */
async function refusalOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isDomainError(error)) throw new Error(`It was not refused but ended with ${String(error)}`);
  return error;
}

async function expectSoundChains(url: string): Promise<void> {
  const tenantry = await openTenantry({ databaseUrl: url });
  const { id } = tenantry.defaultTenant;
  const report = await verifyChains(tenantry.engine.storage.committed, id);
  expect(report.faults).toEqual([]);
  expect(report.events).toBeGreaterThan(20);
  await tenantry.close();
}

/** Nothing is left beside the place that was named. */
function expectNothingBeside(url: string): void {
  if (isPostgres) return;
  const place = url.slice(url.indexOf(":") + 1);
  expect(readdirSync(dirname(place)).filter((name) => name.includes(".part"))).toEqual([]);
}

test("moves everything there and back with the same checksum, and chains that verify", async () => {
  const source = await makeSource();
  const { url } = await makeTestDatabase();
  const stops = isPostgres ? [url, `json:${makePlace()}`] : [url];
  stops.push(`sqlite:${makePlace()}`);
  const made = await migrate(source, stops[0] ?? "");
  expect(made.rows).toBeGreaterThan(100);
  await expectSoundChains(stops[0] ?? "");
  for (const [index, stop] of stops.slice(1).entries()) {
    expect(await migrate(stops[index] ?? "", stop)).toEqual(made);
    await expectSoundChains(stop);
    expectNothingBeside(stop);
  }
});

test("copies into an empty place only, and leaves what is there as it was", async () => {
  const source = await makeSource();
  const { url } = await makeTestDatabase();
  const first = await migrate(source, url);
  expect(await refusalOf(migrate(source, url))).toMatchObject({ code: "storage_unavailable" });
  expect(await migrate(url, `sqlite:${makePlace()}`)).toEqual(first);
});

test("makes nothing of a source that is not there or has nothing in it", async () => {
  const { url } = await makeTestDatabase();
  const place = makePlace();
  for (const from of [`sqlite:${place}`, `json:${place}`]) {
    expect(await refusalOf(migrate(from, url))).toMatchObject({ code: "storage_unavailable" });
  }
  expect(existsSync(place)).toBe(false);
});

test("refuses a source that another program has open", async () => {
  const { url } = await makeTestDatabase();
  await migrate(await makeSource(), url);
  const tenantry = await openTenantry({ databaseUrl: url, program: "tenantry serve" });
  const to = `sqlite:${makePlace()}`;
  const refusal = await refusalOf(migrate(url, to));
  expect(refusal).toMatchObject({ code: "storage_busy" });
  expect(refusal.message).toContain("stop every program");
  await tenantry.close();
  await migrate(url, to);
});

test("keeps no copy of a source that is written meanwhile", async () => {
  const source = await makeSource();
  const { url } = await makeTestDatabase();
  let isWritten = false;
  const write = () => {
    if (isWritten) return;
    isWritten = true;
    const database = new DatabaseSync(source.slice("sqlite:".length));
    database.exec("UPDATE users SET name = 'written meanwhile' WHERE name = 'Ada'");
    database.exec("UPDATE organizations SET billing_email = 'a@example.com'");
    database.close();
  };
  const refusal = await refusalOf(migrate(source, url, { onProgress: write }));
  expect(refusal).toMatchObject({ code: "storage_busy" });
  expect(refusal.message).toContain("organizations");
  expectNothingBeside(url);
  await migrate(source, url);
  await expectSoundChains(url);
});

test("takes back what was written when it is told to stop", async () => {
  const source = await makeSource();
  const { url } = await makeTestDatabase();
  for (const pages of [1, 9]) {
    const controller = new AbortController();
    let done = 0;
    const onProgress = () => {
      done += 1;
      if (done === pages) controller.abort();
    };
    const { signal } = controller;
    await expect(migrate(source, url, { onProgress, signal })).rejects.toThrow();
    expectNothingBeside(url);
  }
  await migrate(source, url);
});

test(`gives nobody half of a copy that was killed, ${rounds} times, and can be run again`, async () => {
  const source = await makeSource();
  const { url } = await makeTestDatabase(true);
  for (let round = 0; round < rounds; round += 1) {
    const pages = String(2 + ((round * 7) % 24));
    const child = spawn(process.execPath, [program, source, url, pages], { stdio: "inherit" });
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGKILL");
    if (isPostgres) {
      const refusal = await refusalOf(openTenantry({ databaseUrl: url }));
      expect(refusal).toMatchObject({ code: "storage_unavailable" });
      expect(refusal.message).toContain("migrate-storage");
    } else {
      const place = url.slice(url.indexOf(":") + 1);
      expect(existsSync(place) ? readdirSync(place) : []).toEqual([]);
    }
  }
  const made = await migrate(source, url);
  expect(await migrate(url, `sqlite:${makePlace()}`)).toEqual(made);
});

test("names everything that a JSON directory cannot hold before it writes anything", async () => {
  const source = await makeSource();
  const file = source.slice("sqlite:".length);
  const database = new DatabaseSync(file);
  database.exec("PRAGMA foreign_keys = OFF");
  database.exec(`UPDATE organizations SET name = '${"long ".repeat(50)}' WHERE slug = 'harbour'`);
  const { id } = database.prepare("SELECT id FROM organizations ORDER BY id DESC").get() as {
    id: string;
  };
  database.exec(`UPDATE organizations SET id = 'elsewhere' WHERE id = '${id}'`);
  database.close();
  const place = makePlace();
  const refusal = await refusalOf(migrate(source, `json:${place}`));
  expect(refusal).toMatchObject({ code: "invalid_import" });
  expect(refusal.fields.map(({ pointer }) => pointer)).toEqual([
    "/organizations/elsewhere/id",
    expect.stringMatching(/^\/organizations\/org_.*\/name$/),
  ]);
  expect(readdirSync(dirname(place))).toEqual([]);
});
