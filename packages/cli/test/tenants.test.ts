import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDirectory, run, runJson } from "./run-command-line.ts";

const slugsOf = (page: { items: { slug: string }[] }) => page.items.map(({ slug }) => slug);

test("creates, lists, shows, changes, suspends, activates, deletes and restores a tenant", async () => {
  const directory = makeDirectory();
  const made = await runJson(directory, ["tenant", "create", "Acme"]);
  expect(made).toMatchObject({ name: "Acme", slug: "acme", status: "active" });
  const update = ["tenant", "update", made.id, "--name", "Acme Ltd", "--slug", "acme-ltd"];
  expect(await runJson(directory, update)).toMatchObject({ name: "Acme Ltd", slug: "acme-ltd" });
  const shown = await runJson(directory, ["tenant", "show", "acme-ltd"]);
  expect(shown.id).toBe(made.id);
  expect(slugsOf(await runJson(directory, ["tenant", "list", "--query", "LTD"]))).toEqual([
    "acme-ltd",
  ]);
  const status = async (command: string) =>
    (await runJson(directory, ["tenant", command, "acme-ltd"])).status;
  expect(await status("suspend")).toBe("suspended");
  expect(await status("activate")).toBe("active");
  expect(await status("delete")).toBe("deleted");
  expect(slugsOf(await runJson(directory, ["tenant", "list"]))).toEqual(["default"]);
  const inside = await run(directory, ["org", "list", "--tenant", "acme-ltd"]);
  expect(inside).toMatchObject({ code: 1, stdout: "" });
  expect(inside.stderr).toMatch(/^tenantry: The tenant acme-ltd is deleted; .* brings it back\n$/);
  const asleep = await run(directory, ["tenant", "activate", "acme-ltd"]);
  expect(asleep.stderr).toMatch(/^tenantry: The tenant acme-ltd is deleted; .* brings it back\n$/);
  expect(await status("restore")).toBe("active");
});

test("purges a deleted tenant, and keeps its database and says where where that is asked for", async () => {
  const directory = makeDirectory();
  const make = (slug: string, ...args: string[]) =>
    runJson(directory, ["tenant", "create", "Acme", "--slug", slug, ...args]);
  await make("shared");
  await make("own", "--placement", "dedicated");
  const living = await run(directory, ["tenant", "purge", "own"]);
  expect(living).toMatchObject({ code: 1, stdout: "" });
  expect(living.stderr).toMatch(/^tenantry: The tenant own is not deleted; delete it first/);
  for (const slug of ["shared", "own"]) await run(directory, ["tenant", "delete", slug]);
  const nothing = await run(directory, ["tenant", "purge", "shared", "--keep-database"]);
  expect(nothing).toMatchObject({ code: 1, stdout: "" });
  expect(nothing.stderr).toMatch(/^tenantry: keep_database: .*leave it out/);
  const purged = await run(directory, ["tenant", "purge", "shared"]);
  expect(purged).toMatchObject({ code: 0, stderr: "" });
  expect(purged.stdout).toMatch(/^Purged shared; nothing of it is left/);
  const kept = await runJson(directory, ["tenant", "purge", "own", "--keep-database"]);
  const file = `${kept.kept_database.database}.db`;
  expect(existsSync(join(directory, "data", "tenants", file))).toBe(true);
  const left = await runJson(directory, ["tenant", "list", "--status", "deleted"]);
  expect(slugsOf(left)).toEqual([]);
  expect(await make("own")).toMatchObject({ slug: "own", placement: "shared" });
});

test("makes an administrator whose password comes by standard input and is shown nowhere", async () => {
  const directory = makeDirectory();
  const password = "correct horse battery";
  const args = ["tenant", "create", "Acme", "--administrator", "Ann@acme.example"];
  const created = await run(directory, [...args, "--password-stdin", "--json"], {
    input: `${password}\nmore\n`,
  });
  const { administrator } = JSON.parse(created.stdout);
  expect(administrator).toMatchObject({ email: "ann@acme.example", status: "active" });
  expect(created.stdout + created.stderr).not.toContain(password);
  const weak = await run(
    directory,
    ["tenant", "create", "B", ...args.slice(3), "--password-stdin"],
    {
      input: "password1\n",
    },
  );
  expect(weak).toMatchObject({ code: 1, stdout: "" });
  expect(weak.stderr).toMatch(/^tenantry: .*password.*\n$/);
});

const refusals: Record<string, readonly [args: readonly string[], code: number, says: RegExp]> = {
  "a tenant that is not there": [["show", "nobody"], 1, /There is no such tenant/],
  "a slug that is taken": [["create", "X", "--slug", "default"], 1, /default is taken/],
  "a slug that is none": [["update", "default", "--slug", "A B"], 1, /\/slug: use lower-case/],
  "the end of the default tenant": [["delete", "default"], 1, /default tenant cannot be/],
  "a placement that is none": [["create", "X", "--placement", "cloud"], 2, /placement/],
  "a password of nobody": [["create", "X", "--password-stdin"], 1, /--administrator is missing/],
};

test.each(Object.keys(refusals))("refuses %s in one line, and changes nothing", async (name) => {
  const [args, code, says] = refusals[name] as (typeof refusals)[string];
  const directory = makeDirectory();
  const ended = await run(directory, ["tenant", ...args]);
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(/^tenantry: [^\n]+\n$/);
  expect(ended.stderr).toMatch(says);
  expect(slugsOf(await runJson(directory, ["tenant", "list"]))).toEqual(["default"]);
});
