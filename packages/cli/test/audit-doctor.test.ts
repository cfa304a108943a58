import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { fixture, makeDirectory, run, runJson } from "./run-command-line.ts";

function alter(directory: string, statement: string): void {
  const db = new DatabaseSync(join(directory, "data", "tenantry.db"));
  db.exec(statement);
  db.close();
}

const plants: Record<string, readonly [statement: string, says: RegExp]> = {
  "an event whose content was altered": [
    `UPDATE events SET data = replace(data, '"status":"active"', '"status":"deleted"')
     WHERE sequence = 1 AND type = 'organization.created'`,
    /event 1: its content is not what was hashed/,
  ],
  "an event that was taken out": [
    "DELETE FROM events WHERE sequence = 2 AND type = 'member.added'",
    /event 3: events 2 to 2 are missing/,
  ],
  "personal data that was altered": [
    "UPDATE events SET personal = replace(personal, 'zoe', 'eve') WHERE personal LIKE '%zoe%'",
    /its personal data is not what was committed to/,
  ],
};

for (const [what, [statement, says]] of Object.entries(plants)) {
  test(`audit verify finds ${what}, and ends with 1`, async () => {
    const directory = makeDirectory();
    await run(directory, ["import", fixture]);
    expect(await runJson(directory, ["audit", "verify"])).toMatchObject({
      verified: true,
      chains: 4,
      faults: [],
    });
    alter(directory, statement);
    const { code, stdout, stderr } = await run(directory, ["audit", "verify"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(says);
    expect(stderr).toMatch(/^tenantry: .*compare with a backup.*\n$/);
    const asJson = await run(directory, ["audit", "verify", "--json"]);
    expect(JSON.parse(asJson.stdout).verified).toBe(false);
  });
}

test("doctor finds a sound installation sound, and one that is not made yet as well", async () => {
  const directory = makeDirectory();
  expect(await runJson(directory, ["doctor"])).toMatchObject({ healthy: true });
  await run(directory, ["import", fixture]);
  const { healthy, findings } = await runJson(directory, ["doctor"]);
  expect(healthy).toBe(true);
  const says = Object.fromEntries(
    findings.map((one: { subject: string; says: string }) => [one.subject, one.says]),
  );
  const newest = expect.stringMatching(/^\d{4}-[a-z-]+$/);
  expect(says).toMatchObject({ counts: "3 organizations, 8 users", schema: newest });
});

test("doctor finds counts that are not those of the rows, and rows that name what is not there", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  alter(
    directory,
    `UPDATE organizations SET seat_count = seat_count + 1 WHERE slug = 'harbour';
     PRAGMA foreign_keys = OFF;
     UPDATE memberships SET user_id = 'nobody' WHERE user_id = (SELECT id FROM users WHERE username = 'gil');`,
  );
  const { code, stdout } = await run(directory, ["doctor"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/FAIL counts: harbour counts 8 seats and 7 members, and has 7 and 7/);
  expect(stdout).toMatch(/FAIL references: a row of memberships names a row of users/);
});

test("doctor finds a database that others can read", async () => {
  const directory = makeDirectory();
  await run(directory, ["migrate"]);
  const file = join(directory, "data", "tenantry.db");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  chmodSync(file, 0o644);
  const { code, stdout } = await run(directory, ["doctor"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/FAIL data directory: .* can be read by other users/);
});

test("names a damaged database in one line, by every command, and leaves it as it is", async () => {
  const directory = makeDirectory();
  const path = join(directory, "damaged.db");
  const damaged = "This was a database once. ".repeat(400);
  writeFileSync(path, damaged);
  const commands = [
    ["org", "list"],
    ["import", fixture],
    ["export"],
    ["audit", "verify"],
    ["migrate"],
  ];
  for (const command of commands) {
    const ended = await run(directory, [...command, "--database-url", `sqlite:${path}`]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^tenantry: .*damaged or no SQLite database.*restore a backup\n$/);
  }
  const doctor = await run(directory, ["doctor", "--database-url", `sqlite:${path}`]);
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toMatch(/FAIL database: .*damaged/);
  expect(statSync(path).size).toBe(damaged.length);
});
