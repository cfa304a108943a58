import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { openOrgManager } from "@tenantry/org-manager";
import { expect, test } from "vitest";
import { databaseUrlIn, makeDirectory, storages } from "./open-fresh.ts";

const run = promisify(execFile);
const program = join(import.meta.dirname, "lazy-program.ts");

/** Runs a program that imports the calls and nothing else, with a directory to be in. */
async function createIn(directory: string, names: readonly string[], env = {}) {
  const { DATABASE_URL: _, TENANTRY_DATA_DIR: __, ...inherited } = process.env;
  const options = { cwd: directory, env: { ...inherited, ...env } };
  const { stdout, stderr } = await run(process.execPath, [program, ...names], options);
  return { ids: JSON.parse(stdout) as string[], stderr };
}

test("needs no configuration: the first call opens ./data", async () => {
  const directory = makeDirectory();
  const { ids, stderr } = await createIn(directory, ["Acme"]);
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { time: expect.any(String), operation: "create_organization", organization_id: ids[0] },
  ]);
  await using manager = await openOrgManager({
    dataDirectory: join(directory, "data"),
    log: false,
  });
  expect(await manager.listAllOrganizations()).toMatchObject([{ id: ids[0], name: "Acme" }]);
});

test("opens the place that the server's settings name", async () => {
  const directory = makeDirectory();
  const databaseUrl = `sqlite:${join(directory, "elsewhere.db")}`;
  const { ids } = await createIn(directory, ["Acme"], { DATABASE_URL: databaseUrl });
  expect(existsSync(join(directory, "data"))).toBe(false);
  await using manager = await openOrgManager({ databaseUrl, log: false });
  expect(await manager.getOrg(ids[0] ?? "")).toMatchObject({ name: "Acme" });
});

test("opens ./data as JSON where it holds the files of the Python module, and goes on writing them", async () => {
  const directory = makeDirectory();
  const data = join(directory, "data");
  mkdirSync(data);
  const acme = {
    id: "org_abc123def456",
    name: "Acme Corporation",
    created_at: "2025-10-13T18:30:00",
    plan_tier: "professional",
    lago_customer_id: "lago_cust_xyz789",
    stripe_customer_id: null,
    status: "active",
  };
  writeFileSync(join(data, "organizations.json"), JSON.stringify({ [acme.id]: acme }, null, 2));
  writeFileSync(join(data, "org_users.json"), JSON.stringify({ [acme.id]: [] }, null, 2));
  const { ids } = await createIn(directory, ["New"]);
  const written = JSON.parse(readFileSync(join(data, "organizations.json"), "utf8"));
  expect(Object.keys(written)).toEqual([acme.id, ids[0]]);
  expect(written[acme.id]).toEqual(acme);
  expect(existsSync(join(data, "tenantry.db"))).toBe(false);
  await using manager = await openOrgManager({ dataDirectory: data, log: false });
  const created_at = new Date("2025-10-13T18:30:00Z");
  expect(await manager.getOrg(acme.id)).toEqual({ ...acme, created_at });
});

test.each(storages)(
  "creates ten organizations at once in each of two processes on %s, and loses none",
  async (kind) => {
    const directory = makeDirectory();
    const databaseUrl = databaseUrlIn(directory, kind);
    const corps = (prefix: string) => Array.from({ length: 10 }, (_, i) => `${prefix} ${i}`);
    const made = await Promise.all(
      ["Corp", "Company"].map((prefix) =>
        createIn(directory, corps(prefix), { DATABASE_URL: databaseUrl }),
      ),
    );
    await using manager = await openOrgManager({ databaseUrl, log: false });
    const ids = made.flatMap((one) => one.ids).sort();
    expect(new Set(ids).size).toBe(20);
    expect((await manager.listAllOrganizations()).map((one) => one.id).sort()).toEqual(ids);
  },
);
