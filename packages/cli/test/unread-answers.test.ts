import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { expect, test } from "vitest";
import { main, makeDirectory, run, start } from "./run-command-line.ts";

const full = "/dev/full";

test("ends with what it would have ended with when nobody reads its answer", async () => {
  const directory = makeDirectory();
  await run(directory, ["org", "create", "Acme"]);
  await run(directory, ["member", "add", "acme", "ann", "--create-user"]);
  for (const [args, code] of [
    [["org", "list"], 0],
    [["check", "ann", "acme", "member:read"], 0],
    [["check", "ann", "acme", "member:add"], 1],
    [["org", "get", "nowhere", "--json"], 1],
    [["org", "get"], 2],
  ] as const) {
    const { child, ended } = start(directory, args);
    child.stdout?.destroy();
    expect([args, (await ended).code]).toEqual([args, code]);
  }
});

test.skipIf(!existsSync(full))("says in one line that its answer cannot be written", () => {
  const disk = openSync(full, "w");
  const { status, stderr } = spawnSync(process.execPath, [main, "config"], {
    cwd: makeDirectory(),
    env: { PATH: process.env.PATH },
    stdio: ["ignore", disk, "pipe"],
    encoding: "utf8",
  });
  closeSync(disk);
  expect([status, stderr]).toEqual([
    1,
    "tenantry: The answer cannot be written (ENOSPC); send it elsewhere\n",
  ]);
});
