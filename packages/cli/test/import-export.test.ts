import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fixture, makeDirectory, run, runJson } from "./run-command-line.ts";

const kubernetes = fileURLToPath(
  new URL("../../../../shared/data/kubernetes-organizations.json", import.meta.url),
);
const asGithub = ["export", "--format", "github-organizations"];

test("imports a file, exports it as it was, and finds nothing to change the second time", async () => {
  const directory = makeDirectory();
  const first = await run(directory, ["import", fixture]);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/memberships +13 +0 +0 +0/);
  expect(first.stdout).toContain("created organization Harbour SIGs");
  const events = (await runJson(directory, ["audit", "verify"])).events;
  const exported = await run(directory, asGithub);
  expect(exported).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(exported.stdout)).toEqual(JSON.parse(readFileSync(fixture, "utf8")));
  const second = await run(directory, ["import", fixture]);
  expect(second).toMatchObject({ code: 0 });
  expect(second.stdout).toContain("Nothing to change");
  expect((await runJson(directory, ["audit", "verify"])).events).toBe(events);
});

test("reads a file from standard input", async () => {
  const directory = makeDirectory();
  const input = readFileSync(fixture, "utf8");
  const { code, stdout } = await run(directory, ["import", "-", "--json"], { input });
  expect(code).toBe(0);
  expect(JSON.parse(stdout).counts.teams.created).toBe(6);
});

test("says as a dry run what would change, and changes nothing", async () => {
  const directory = makeDirectory();
  const report = await runJson(directory, ["import", fixture, "--dry-run"]);
  expect(report).toMatchObject({ dry_run: true, changed: true });
  expect((await runJson(directory, ["org", "list"])).items).toEqual([]);
});

test("removes with --prune who is no longer in the file, and names them without it", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  const file = JSON.parse(readFileSync(fixture, "utf8"));
  file.organizations[2].admins.pop();
  writeFileSync(join(directory, "changed.json"), JSON.stringify(file));
  const named = await run(directory, ["import", "changed.json"]);
  expect(named.stdout).toContain("member Bo-Admin in harbour-retired");
  const pruned = await run(directory, ["import", "changed.json", "--prune"]);
  expect(pruned.stdout).toContain("removed member Bo-Admin in harbour-retired");
  expect(JSON.parse((await run(directory, asGithub)).stdout)).toEqual(file);
});

test("names every fault of a file on a line of its own, ends with 1 and changes nothing", async () => {
  const directory = makeDirectory();
  const file = JSON.parse(readFileSync(fixture, "utf8"));
  file.organizations[0].billing_email = "nobody";
  file.organizations[1].members.push("ANN");
  file.organizations[0].teams[1].maintainers.push("stranger");
  writeFileSync(join(directory, "faulty.json"), JSON.stringify(file));
  const { code, stdout, stderr } = await run(directory, ["import", "faulty.json"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toEqual([
    "tenantry: The file has 3 faults, and nothing was changed; correct what is named and import it again",
    "  /organizations/0/billing_email is not an e-mail address; give one such as ann@example.com",
    "  /organizations/0/teams/1/maintainers/1 names somebody who is not in the organization; add them to /organizations/0/members",
    "  /organizations/1/members/3 names ANN, which /organizations/1/admins/0 names already; leave one of them out",
  ]);
  expect((await runJson(directory, ["org", "list"])).items).toEqual([]);
  const asJson = await run(directory, ["import", "faulty.json", "--json"]);
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.stdout).error).toMatchObject({ code: "invalid_import" });
  expect(JSON.parse(asJson.stdout).error.errors).toHaveLength(3);
});

test("moves everything by Tenantry's own export, readable by its owner alone and never over a file", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  const counts = await runJson(directory, ["export", "--out", "all.json", "--events", "events"]);
  expect(counts.counts).toMatchObject({
    users: 8,
    memberships: 13,
    teams: 6,
    team_memberships: 10,
  });
  expect(statSync(join(directory, "all.json")).mode & 0o777).toBe(0o600);
  const lines = readFileSync(join(directory, "events"), "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength((await runJson(directory, ["audit", "verify"])).events);

  const again = await run(directory, ["export", "--out", "all.json"]);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toMatch(/^tenantry: There is a file all\.json already; .*--force\n$/);
  expect(readdirSync(directory).filter((name) => name.endsWith(".part"))).toEqual([]);

  const elsewhere = ["--data-dir", "elsewhere"];
  const report = await runJson(directory, ["import", "all.json", ...elsewhere]);
  expect(report.counts.memberships.created).toBe(13);
  const back = await run(directory, [...asGithub, ...elsewhere]);
  expect(JSON.parse(back.stdout)).toEqual(JSON.parse(readFileSync(fixture, "utf8")));
});

test("says what is wrong with a name that an export cannot have", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  writeFileSync(join(directory, "file"), "");
  for (const [name, remedy] of [
    ["x".repeat(255), "name a shorter one"],
    ["file/all.json", "name another place"],
  ] as const) {
    const { code, stderr } = await run(directory, ["export", "--out", name]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(`^tenantry: ${name} .*; ${remedy}\n$`),
    ]);
  }
});

test.each([
  ["--data-dir", "mistyped", "database"],
  ["--database-url", "sqlite:mistyped.db", "database"],
  ["--database-url", "json:mistyped", "JSON directory"],
  ["--database-url", "json:empty", "JSON directory"],
])(
  "exports and verifies nothing where %s %s has nothing, and makes nothing",
  async (option, value, what) => {
    const directory = makeDirectory();
    mkdirSync(join(directory, "empty"));
    for (const command of [["export"], ["audit", "verify"], ["audit", "denials"]]) {
      const { code, stdout, stderr } = await run(directory, [...command, option, value]);
      expect([command, code, stdout]).toEqual([command, 1, ""]);
      expect(stderr).toMatch(
        new RegExp(`^tenantry: There is no ${what} at .*(mistyped|empty).*\\n$`),
      );
    }
    expect(readdirSync(directory)).toEqual(["empty"]);
    expect(readdirSync(join(directory, "empty"))).toEqual([]);
  },
);

const unreadable: Record<string, readonly [content: string | Buffer, says: RegExp]> = {
  "an empty file": ["", /is empty; name a JSON file/],
  "a file that is not JSON": ['{\n  "a": x\n}', /is not JSON: line 2, column 8 is not what JSON/],
  "a file that ends too early": ['{"organizations": [', /is not JSON: it ends too early/],
  "a file that is no text": [Buffer.from([0x7f, 0xff, 0x00]), /is not text in UTF-8/],
  "a file of another format": ['{"people": []}', /has no known format/],
};

for (const [what, [content, says]] of Object.entries(unreadable)) {
  test(`refuses ${what} in one line that says what to do`, async () => {
    const directory = makeDirectory();
    writeFileSync(join(directory, "file.json"), content);
    const { code, stdout, stderr } = await run(directory, ["import", "file.json"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(says);
    expect(readFileSync(join(directory, "file.json"))).toEqual(Buffer.from(content));
  });
}

test("refuses a directory and a file that is not there, and makes no database for them", async () => {
  const directory = makeDirectory();
  expect((await run(directory, ["import", "."])).stderr).toMatch(
    /^tenantry: \. is a directory.*\n$/,
  );
  expect((await run(directory, ["import", "no.json"])).stderr).toMatch(/no\.json is not there/);
  expect(readdirSync(directory)).toEqual([]);
});

test.skipIf(!existsSync(kubernetes))(
  "imports the organizations of Kubernetes and exports them as they were (skipped where the data is not beside the repository)",
  async () => {
    const directory = makeDirectory();
    const { counts } = await runJson(directory, ["import", kubernetes]);
    const created = Object.entries(counts as Record<string, { created: number }>);
    expect(Object.fromEntries(created.map(([kind, count]) => [kind, count.created]))).toEqual({
      organizations: 8,
      users: 1509,
      memberships: 2666,
      teams: 766,
      team_memberships: 3615,
    });
    const exported = await run(directory, asGithub);
    expect(JSON.parse(exported.stdout)).toEqual(JSON.parse(readFileSync(kubernetes, "utf8")));
    expect(await runJson(directory, ["import", kubernetes])).toMatchObject({ changed: false });
    expect((await runJson(directory, ["doctor"])).healthy).toBe(true);
  },
);
