import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrations } from "@tenantry/storage-sql";
import { expect, test } from "vitest";
import { migrateHandle } from "../../storage-sqlite/src/migrate.ts";
import { makeDirectory, run, runJson, start } from "./run-command-line.ts";

function filesIn(directory: string): readonly string[] {
  const tenants = join(directory, "data", "tenants");
  if (!existsSync(tenants)) return [];
  return readdirSync(tenants).filter((name) => name.endsWith(".db"));
}

const placementOf = async (directory: string) =>
  (await runJson(directory, ["tenant", "show", "acme"])).placement;

test("moves a tenant to a database of its own and back, and says what it did", async () => {
  const directory = makeDirectory();
  await runJson(directory, ["tenant", "create", "Acme"]);
  const out = await run(directory, ["tenant", "move", "acme", "--to", "dedicated"]);
  expect(out).toMatchObject({ code: 0, stderr: "" });
  expect(out.stdout).toMatch(/^Moved \d+ rows, the same on both sides \([0-9a-f]{16}…\)/);
  expect(await placementOf(directory)).toBe("dedicated");
  expect(filesIn(directory)).toHaveLength(1);
  const again = await run(directory, ["tenant", "move", "acme", "--to", "dedicated"]);
  expect(again).toMatchObject({ code: 0, stdout: "There was nothing to do.\n" });
  const back = await runJson(directory, ["tenant", "move", "acme", "--to", "shared"]);
  expect(back).toMatchObject({ outcome: "moved", rows: expect.any(Number) });
  expect(await placementOf(directory)).toBe("shared");
  expect(filesIn(directory)).toEqual([]);
});

test("verifies the other tenants where one's file is gone, names it, and ends with 1", async () => {
  const directory = makeDirectory();
  await runJson(directory, ["tenant", "create", "Acme", "--placement", "dedicated"]);
  await runJson(directory, ["tenant", "create", "Beta"]);
  const [file] = filesIn(directory);
  rmSync(join(directory, "data", "tenants", String(file)));
  const { code, stdout, stderr } = await run(directory, ["audit", "verify"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^[1-9]\d* events in [1-9]\d* chains?: every one is as it was written\.\n$/,
  );
  expect(stderr).toMatch(/^tenantry: acme was not verified: .*--tenant acme\n$/);
  const asJson = await run(directory, ["audit", "verify", "--json"]);
  expect(JSON.parse(asJson.stdout)).toMatchObject({
    verified: false,
    tenants: 2,
    faults: [],
    unreachable: [{ slug: "acme", code: "storage_unavailable" }],
  });
});

test("takes back a move that was killed, and leaves nothing of it", async () => {
  const directory = makeDirectory();
  await runJson(directory, ["tenant", "create", "Acme"]);
  const moving = start(directory, ["tenant", "move", "acme", "--to", "dedicated"]);
  const db = new DatabaseSync(join(directory, "data", "tenantry.db"), { readOnly: true });
  await expect.poll(() => db.prepare("SELECT step FROM tenant_moves").all()).toHaveLength(1);
  db.close();
  moving.child.kill("SIGKILL");
  await moving.ended;
  const undone = await runJson(directory, ["tenant", "move", "acme", "--undo"]);
  expect(undone).toMatchObject({ outcome: "undone" });
  expect(await placementOf(directory)).toBe("shared");
  expect(filesIn(directory)).toEqual([]);
  const nothing = await run(directory, ["tenant", "move", "acme", "--undo"]);
  expect(nothing).toMatchObject({ code: 0, stdout: "There was nothing to do.\n" });
});

const refusals: Record<string, readonly [args: readonly string[], code: number, says: RegExp]> = {
  "without a place": [["acme"], 1, /Say where to: --to shared, dedicated or a server's name/],
  "to a server that no setting names": [["acme", "--to", "eu"], 1, /TENANTRY_TENANT_SERVERS/],
  "of a tenant that is not there": [["beta", "--to", "dedicated"], 1, /no such tenant/],
  "to a place and back at once": [["acme", "--to", "shared", "--undo"], 2, /cannot be used with/],
};

test("refuses a move in one line, and leaves the tenant where it is", async () => {
  const directory = makeDirectory();
  await runJson(directory, ["tenant", "create", "Acme"]);
  for (const [what, [args, code, says]] of Object.entries(refusals)) {
    const ended = await run(directory, ["tenant", "move", ...args]);
    expect(ended, what).toMatchObject({ code, stdout: "" });
    expect(ended.stderr, what).toMatch(says);
  }
  expect(await placementOf(directory)).toBe("shared");
});

test("refuses further servers where tenants live in files, by the name of the setting", async () => {
  const env = { TENANTRY_TENANT_SERVERS: "eu=postgres://u:hunter2@eu.internal/postgres" };
  const ended = await run(makeDirectory(), ["tenant", "list"], { env });
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(/TENANTRY_TENANT_SERVERS is for PostgreSQL alone/);
  expect(ended.stderr).not.toContain("hunter2");
});

test.each([[["tenant", "migrate"]], [["migrate"]]])(
  "%s names the tenant's database that cannot be migrated, ends with 1, and does the rest",
  async (command) => {
    const directory = makeDirectory();
    for (const name of ["Acme", "Beta"]) {
      await runJson(directory, ["tenant", "create", name, "--placement", "dedicated"]);
    }
    const [unlucky = "", other = ""] = filesIn(directory);
    await makeOld(join(directory, "data", "tenants", unlucky), "CREATE TABLE placements (x)");
    await makeOld(join(directory, "data", "tenants", other));
    const ended = await run(directory, command);
    expect(ended.code).toBe(1);
    const name = unlucky.replace(".db", "");
    expect(ended.stdout).toMatch(
      new RegExp(`^Not migrated: ${name} on the server main, of the tenant ten_`, "m"),
    );
    expect(ended.stdout).not.toContain(other.replace(".db", ""));
    const asJson = await run(directory, [...command, "--json"]);
    expect(asJson.code).toBe(1);
    const { tenants } = JSON.parse(asJson.stdout);
    expect(tenants).toMatchObject({ migrated: 1, failures: [{ server: "main", database: name }] });
  },
);

/** A file as the program left it that did not know of placements, with something in the way of the newer ones. */
async function makeOld(file: string, inTheWay = ""): Promise<void> {
  rmSync(file);
  const db = new DatabaseSync(file);
  await migrateHandle(db, migrations.slice(0, 4));
  db.exec(inTheWay);
  db.close();
}
