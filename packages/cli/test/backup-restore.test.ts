import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createOrganization } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, onTestFinished, test } from "vitest";
import { fixture, makeDirectory, run, runJson } from "./run-command-line.ts";

const asGithub = ["export", "--format", "github-organizations"];

test("backs a database up whole while another program writes it, and restores it elsewhere", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  const tenantry = await openTenantry({ dataDirectory: join(directory, "data") });
  let isDone = false;
  let written = 0;
  const writing = (async () => {
    while (!isDone) {
      await createOrganization(tenantry.context(), { name: `Organization ${written}` });
      written += 1;
    }
  })();
  const backups = ["one.db", "two.db"];
  try {
    for (const file of backups) {
      const { bytes } = await runJson(directory, ["backup", file]);
      expect(bytes).toBe(statSync(join(directory, file)).size);
    }
  } finally {
    isDone = true;
    await writing;
    await tenantry.close();
  }
  expect(written).toBeGreaterThan(backups.length);
  expect(statSync(join(directory, "one.db")).mode & 0o777).toBe(0o600);
  for (const file of backups) {
    const there = ["--data-dir", `from-${file}`];
    expect(await runJson(directory, ["restore", file, ...there])).toMatchObject({ kept_as: null });
    expect(await runJson(directory, ["audit", "verify", ...there])).toMatchObject({
      verified: true,
    });
    expect(await runJson(directory, ["doctor", ...there])).toMatchObject({ healthy: true });
    const names = (await runJson(directory, ["org", "list", ...there])).items.map(
      (one: { name: string }) => one.name,
    );
    // One moment: what was written first is there up to some point, and nothing after it.
    const own = names.filter((name: string) => name.startsWith("Organization "));
    expect(own).toEqual(own.map((_: string, index: number) => `Organization ${index}`));
  }
});

test("writes no backup over a file that is there, unless told to", async () => {
  const directory = makeDirectory();
  await run(directory, ["migrate"]);
  writeFileSync(join(directory, "mine"), "mine");
  const refused = await run(directory, ["backup", "mine"]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^tenantry: There is a file mine already; .*--force\n$/);
  expect(readFileSync(join(directory, "mine"), "utf8")).toBe("mine");
  expect((await run(directory, ["backup", "mine", "--force"])).code).toBe(0);
  expect(readdirSync(directory).toSorted()).toEqual(["data", "mine"]);
});

test("backs up nothing where no database is, and names a place that cannot be written", async () => {
  const directory = makeDirectory();
  expect((await run(directory, ["backup", "b"])).stderr).toMatch(/There is no database at/);
  await run(directory, ["migrate"]);
  const nowhere = await run(directory, ["backup", "nowhere/b"]);
  expect(nowhere).toMatchObject({ code: 1, stdout: "" });
  expect(nowhere.stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("puts a backup in the place of a database only when told to, and keeps what was there", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  await run(directory, ["backup", "full.db"]);
  await run(directory, ["org", "delete", "harbour"]);
  const refused = await run(directory, ["restore", "full.db"]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/--force/);
  const { kept_as } = await runJson(directory, ["restore", "full.db", "--force"]);
  expect(JSON.parse((await run(directory, asGithub)).stdout)).toEqual(
    JSON.parse(readFileSync(fixture, "utf8")),
  );
  const kept = ["--database-url", `sqlite:${kept_as}`];
  expect(await runJson(directory, ["org", "get", "harbour", ...kept])).toMatchObject({
    status: "deleted",
  });
});

test("restores nothing while another program has the database open", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  await run(directory, ["backup", "full.db"]);
  const tenantry = await openTenantry({ dataDirectory: join(directory, "data") });
  onTestFinished(() => tenantry.close());
  await createOrganization(tenantry.context(), { name: "Newer than the backup" });
  const refused = await run(directory, ["restore", "full.db", "--force"]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(
    /^tenantry: .* is open in .*; stop every program that uses it.*\n$/,
  );
  const list = await runJson(directory, ["org", "list", "--query", "newer"]);
  expect(list.items).toHaveLength(1);
});

test("restores over a database that is damaged, and keeps that as well", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  await run(directory, ["backup", "full.db"]);
  writeFileSync(join(directory, "data", "tenantry.db"), "damaged ".repeat(1000));
  expect((await run(directory, ["org", "list"])).code).toBe(1);
  const { kept_as } = await runJson(directory, ["restore", "full.db", "--force"]);
  expect(readFileSync(join(directory, kept_as), "utf8")).toMatch(/^damaged /);
  expect((await runJson(directory, ["org", "list"])).items).toHaveLength(3);
});

test("restores no file that is damaged or not Tenantry's", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  await run(directory, ["backup", "full.db"]);
  copyFileSync(join(directory, "full.db"), join(directory, "cut.db"));
  const half = readFileSync(join(directory, "full.db"));
  writeFileSync(join(directory, "cut.db"), half.subarray(0, half.length / 2));
  for (const file of ["cut.db", fixture, "not-there.db"]) {
    const refused = await run(directory, ["restore", file, "--force"]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr.trimEnd().split("\n")).toHaveLength(1);
  }
  expect((await runJson(directory, ["org", "list"])).items).toHaveLength(3);
  expect(readdirSync(join(directory, "data")).some((name) => name.includes("rest"))).toBe(false);
});

test("backs a JSON directory up and restores it, with the messages and codes that a database file has", async () => {
  const directory = makeDirectory();
  const json = ["--database-url", "json:organizations"];
  expect((await run(directory, ["backup", "b", ...json])).stderr).toMatch(
    /^tenantry: There is no JSON directory at .*--database-url/,
  );
  await run(directory, ["import", fixture, ...json]);
  expect(await runJson(directory, ["backup", "b", ...json])).toMatchObject({ file: "b" });
  const refused = await run(directory, ["backup", "b", ...json]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^tenantry: There is a directory b already; .*--force\n$/);
  await run(directory, ["org", "delete", "harbour", ...json]);
  expect((await run(directory, ["backup", "b", "--force", ...json])).code).toBe(0);
  for (const options of [[], ["--force"]]) {
    const tenantry = await openTenantry({
      databaseUrl: `json:${join(directory, "organizations")}`,
    });
    const restoring = await run(directory, ["restore", "b", ...options, ...json]);
    await tenantry.close();
    expect(restoring).toMatchObject({ code: 1, stdout: "" });
    expect(restoring.stderr).toMatch(
      options.length === 0 ? /--force/ : /is open in .*; stop every/,
    );
  }
  const { kept_as } = await runJson(directory, ["restore", "b", "--force", ...json]);
  for (const place of ["organizations", kept_as]) {
    const there = ["--database-url", `json:${place}`];
    expect(await runJson(directory, ["org", "get", "harbour", ...there])).toMatchObject({
      status: "deleted",
    });
    expect(await runJson(directory, ["audit", "verify", ...there])).toMatchObject({
      verified: true,
    });
  }
});

test("takes tenants in databases of their own along, and restores them", async () => {
  const directory = makeDirectory();
  await run(directory, ["migrate"]);
  const { slug } = await runJson(directory, [
    "tenant",
    "create",
    "Own",
    "--placement",
    "dedicated",
  ]);
  await runJson(directory, ["org", "create", "Apart", "--tenant", slug]);
  await runJson(directory, ["backup", "b"]);
  const there = ["--data-dir", "elsewhere"];
  expect(await runJson(directory, ["restore", "b", ...there])).toEqual({
    restored: "b",
    kept_as: null,
    tenants_kept_as: null,
  });
  const { items } = await runJson(directory, ["org", "list", "--tenant", slug, ...there]);
  expect(items).toMatchObject([{ name: "Apart" }]);
  const { kept_as, tenants_kept_as } = await runJson(directory, [
    "restore",
    "b",
    "--force",
    ...there,
  ]);
  expect(readdirSync(join(directory, tenants_kept_as)).length).toBeGreaterThan(0);
  expect(statSync(join(directory, kept_as)).isFile()).toBe(true);
});
