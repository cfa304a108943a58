import { expect, test } from "vitest";
import { fixture, makeDirectory, run, runJson } from "./run-command-line.ts";

test("creates, shows, changes, deletes and restores an organization, by id or slug", async () => {
  const directory = makeDirectory();
  const made = await runJson(directory, ["org", "create", "Acme", "--metadata", '{"a": 1}']);
  expect(made).toMatchObject({ name: "Acme", slug: "acme", status: "active", metadata: { a: 1 } });
  const changed = await runJson(directory, [
    ...["org", "update", "acme", "--name", "Acme & Co"],
    ...["--domain", "acme.example", "--billing-email", "Bills@Acme.example"],
  ]);
  expect(changed).toMatchObject({
    id: made.id,
    name: "Acme & Co",
    domain: "acme.example",
    billing_email: "bills@acme.example",
  });
  const cleared = await runJson(directory, ["org", "update", made.id, "--domain", ""]);
  expect(cleared.domain).toBeNull();
  expect(await runJson(directory, ["org", "set-plan", "acme", "starter"])).toMatchObject({
    plan_tier: "starter",
  });
  expect(
    await runJson(directory, ["org", "set-billing", "acme", "--lago", "l1", "--stripe", "s1"]),
  ).toMatchObject({ lago_customer_id: "l1", stripe_customer_id: "s1" });
  expect(await runJson(directory, ["org", "set-status", "acme", "suspended"])).toMatchObject({
    status: "suspended",
  });
  await runJson(directory, ["org", "delete", "acme"]);
  expect((await runJson(directory, ["org", "list"])).items).toEqual([]);
  const deleted = await runJson(directory, ["org", "list", "--status", "deleted"]);
  expect(deleted.items).toHaveLength(1);
  expect(await runJson(directory, ["org", "restore", "acme"])).toMatchObject({ status: "active" });
  expect(await runJson(directory, ["org", "get", "acme"])).toMatchObject({
    name: "Acme & Co",
    stats: { member_count: 0 },
  });
});

test("adds, lists, changes and removes members, by id, username or e-mail address", async () => {
  const directory = makeDirectory();
  await run(directory, ["org", "create", "Acme"]);
  const add = ["member", "add", "acme"];
  const ann = await runJson(directory, [...add, "Ann", "--role", "owner", "--create-user"]);
  expect(ann).toMatchObject({ roles: ["owner"], user: { username: "Ann", email: null } });
  const roles = ["--role", "developer", "billing_admin"];
  const bob = await runJson(directory, [...add, "Bob@x.example", ...roles, "--create-user"]);
  expect(bob).toMatchObject({
    roles: ["developer", "billing_admin"],
    user: { email: "bob@x.example" },
  });
  const list = await runJson(directory, ["member", "list", "acme", "--role", "owner"]);
  expect(list.items.map((member: { user_id: string }) => member.user_id)).toEqual([ann.user_id]);
  const suspended = ["member", "update", "acme", "bob@x.example", "--status", "suspended"];
  expect(await runJson(directory, suspended)).toMatchObject({ status: "suspended" });
  await runJson(directory, ["member", "remove", "acme", bob.user_id]);
  expect((await runJson(directory, ["member", "list", "acme"])).items).toHaveLength(1);

  const last = await run(directory, ["member", "remove", "acme", "ANN"]);
  expect(last).toMatchObject({ code: 1, stdout: "" });
  expect(last.stderr).toMatch(/^tenantry: This is the organization's last owner; .*\n$/);
});

test("answers a check with its exit code", async () => {
  const directory = makeDirectory();
  await run(directory, ["org", "create", "Acme"]);
  await run(directory, ["member", "add", "acme", "ann", "--create-user"]);
  const yes = await run(directory, ["check", "ann", "acme", "organization:read"]);
  expect(yes).toMatchObject({ code: 0, stdout: "allowed (member)\n", stderr: "" });
  const no = await run(directory, ["check", "ann", "acme", "organization:delete", "--json"]);
  expect(no.code).toBe(1);
  expect(JSON.parse(no.stdout)).toMatchObject({ allowed: false, roles: ["member"] });
  expect(await run(directory, ["check", "nobody", "acme", "organization:read"])).toMatchObject({
    code: 1,
    stdout: "",
    stderr: "tenantry: There is no user with the id, username or e-mail address nobody\n",
  });
});

test("reads a list in parts", async () => {
  const directory = makeDirectory();
  for (const name of ["a1", "b2", "c3"]) await run(directory, ["org", "create", name]);
  const first = await runJson(directory, ["org", "list", "--limit", "2"]);
  expect(first).toMatchObject({ has_more: true });
  const rest = await runJson(directory, ["org", "list", "--cursor", first.next_cursor]);
  expect(rest).toMatchObject({ has_more: false, next_cursor: null });
  const names = [...first.items, ...rest.items].map((one: { name: string }) => one.name);
  expect(names).toEqual(["a1", "b2", "c3"]);
});

test("prints the settings, and of secrets that they are there", async () => {
  const directory = makeDirectory();
  const env = { TENANTRY_OPERATOR_KEY: "tok_0123456789abcdef", PORT: "8123", SECRET_KEY: "x" };
  const { code, stdout, stderr } = await run(directory, ["config"], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^PORT +8123$/m);
  expect(stdout).toMatch(/^TENANTRY_OPERATOR_KEY +\(secret\)$/m);
  expect(stdout + stderr).not.toContain("0123456789abcdef");
  expect(stderr).toMatch(/SECRET_KEY has no effect/);
});

const refusals: Record<string, readonly [args: readonly string[], code: number, says: RegExp]> = {
  "a command that is none": [["orgs"], 2, /unknown command 'orgs'.*See tenantry --help/],
  "an option that is none": [["org", "list", "--colour"], 2, /unknown option '--colour'/],
  "an argument that is missing": [["org", "get"], 2, /missing required argument 'org'/],
  "a status that is none": [["org", "set-status", "x", "gone"], 2, /Allowed choices are active/],
  "a limit that is no number": [["org", "list", "--limit", "many"], 2, /whole number above 0/],
  "an organization that is not there": [["org", "get", "acme"], 1, /no organization .* acme/],
  "a field that is not valid": [
    ["org", "create", "A", "--slug", "Not A Slug"],
    1,
    /\/slug: use lower-case/,
  ],
  "metadata that is not JSON": [
    ["org", "create", "A", "--metadata", "{"],
    1,
    /--metadata is not JSON/,
  ],
  "a tenant that is not there": [["org", "list", "--tenant", "x"], 1, /There is no tenant x/],
  "a storage that is none": [["org", "list", "--database-url", "redis:x"], 1, /DATABASE_URL/],
};

for (const [what, [args, code, says]] of Object.entries(refusals)) {
  test(`refuses ${what} with ${code} and one line`, async () => {
    const ended = await run(makeDirectory(), args);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(ended.stderr).not.toMatch(/\n\s+at |\.\./);
  });
}

test("shows the help where nothing is asked, and ends well where help is asked for", async () => {
  const directory = makeDirectory();
  expect((await run(directory, [])).code).toBe(2);
  const help = await run(directory, ["--help"]);
  expect(help.code).toBe(0);
  for (const name of ["serve", "import", "export", "backup", "restore", "migrate", "doctor"]) {
    expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  }
});

test("moves everything into another storage and says so, without a password", async () => {
  const directory = makeDirectory();
  await run(directory, ["import", fixture]);
  const moved = await runJson(directory, ["migrate-storage", "--to", "json:./there"]);
  expect(moved).toMatchObject({ from: "sqlite:data/tenantry.db", to: "json:./there", tenants: 1 });
  const there = ["--database-url", "json:./there"];
  expect(await runJson(directory, ["audit", "verify", ...there])).toMatchObject({ verified: true });
  const back = ["migrate-storage", "--from", "json:./there", "--to", "sqlite:back.db"];
  const { code, stdout, stderr } = await run(directory, back);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(moved.checksum.slice(0, 16));
  const again = await run(directory, back);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toMatch(/^tenantry: There is something at .*back\.db already; .*\n$/);
  const nowhere = ["migrate-storage", "--to", "postgres://u:s3cret@localhost:1/database"];
  const unreachable = await run(directory, nowhere);
  expect(unreachable.code).toBe(1);
  expect(unreachable.stderr).not.toContain("s3cret");
  expect(await run(directory, ["migrate-storage"])).toMatchObject({ code: 2 });
  const wrong = await run(directory, ["migrate-storage", "--to", "mysql:x"]);
  expect(wrong.stderr).toMatch(/^tenantry: --to: mysql: is not a storage/);
});
