import { appendFileSync, chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createOrganization } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, onTestFinished, test } from "vitest";
import { makeDirectory, run } from "./run-command-line.ts";

/** Every file of a directory, but for the lock. */
function contentOf(directory: string) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("lock.db"))
    .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name))]);
}

/** A JSON directory with organizations in it, closed; and what doctor says of it. */
async function makeJson() {
  const directory = makeDirectory();
  const place = join(directory, "json");
  const there = ["--database-url", `json:${place}`];
  const tenantry = await openTenantry({ databaseUrl: `json:${place}` });
  for (const name of ["Harbour", "Lighthouse"]) {
    await createOrganization(tenantry.context(), { name });
  }
  await tenantry.close();
  return {
    place,
    async doctor() {
      const before = contentOf(place);
      const { code, stdout } = await run(directory, ["doctor", ...there]);
      expect(contentOf(place)).toEqual(before);
      return { code, stdout };
    },
  };
}

test("doctor finds a sound JSON directory sound, and changes nothing of it", async () => {
  const { doctor } = await makeJson();
  const { code, stdout } = await doctor();
  expect(stdout).toMatch(/ok {3}counts: 2 organizations, 0 users/);
  expect(stdout).toMatch(/ok {3}schema: \d{4}-/);
  expect(stdout).not.toMatch(/in use|source files/);
  expect(code).toBe(0);
});

test("doctor finds a file of a JSON directory that others can read, and one that is damaged", async () => {
  const { place, doctor } = await makeJson();
  const roles = join(place, "tenantry/tables/roles.json");
  chmodSync(roles, 0o640);
  chmodSync(place, 0o755);
  const open = await doctor();
  expect(open.code).toBe(1);
  expect(open.stdout).toContain(`chmod 600 ${roles}`);
  expect(open.stdout).toContain(`chmod 700 ${place}`);
  writeFileSync(roles, readFileSync(roles, "utf8").slice(0, -3));
  const { code, stdout } = await doctor();
  expect(code).toBe(1);
  expect(stdout).toContain(`FAIL database: ${roles} cannot be used: is not JSON`);
});

test("doctor names every record that the Python module's loader would not take", async () => {
  const { place, doctor } = await makeJson();
  const file = join(place, "organizations.json");
  const organizations = JSON.parse(readFileSync(file, "utf8"));
  const [first, second] = Object.keys(organizations) as [string, string];
  organizations[first].name = "a".repeat(201);
  organizations[second].status = "archived";
  writeFileSync(file, JSON.stringify(organizations));
  const { code, stdout } = await doctor();
  expect(code).toBe(1);
  expect(stdout).toMatch(/\/name is longer than 200; .*\/status is not one of: active/);
});

test("doctor says what the next opening of a JSON directory takes in and takes away", async () => {
  const { place, doctor } = await makeJson();
  const file = join(place, "organizations.json");
  const organizations = JSON.parse(readFileSync(file, "utf8"));
  Object.values(organizations as Record<string, { name: string }>)[0]!.name = "By hand";
  writeFileSync(file, JSON.stringify(organizations));
  appendFileSync(join(place, "tenantry/journal.jsonl"), '{"sum":"0123');
  const { code, stdout } = await doctor();
  expect(stdout).toMatch(/note source files: 1 records were changed by others/);
  expect(stdout).toMatch(/note journal: it ends with half a commit/);
  expect(code).toBe(0);
});

test("doctor sees that a program has a JSON directory open, and what it has written", async () => {
  const { place, doctor } = await makeJson();
  const tenantry = await openTenantry({ databaseUrl: `json:${place}` });
  onTestFinished(() => tenantry.close());
  await createOrganization(tenantry.context(), { name: "Acme" });
  const { code, stdout } = await doctor();
  expect(stdout).toMatch(/note in use: a program has it open/);
  expect(stdout).toMatch(/counts: 3 organizations/);
  expect(code).toBe(0);
  await createOrganization(tenantry.context(), { name: "Next" });
});
