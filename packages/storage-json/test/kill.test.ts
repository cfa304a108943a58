import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { listMembers, openPage, verifyChains } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, test } from "vitest";
import { hasPython, loader, runPython } from "./python.ts";
import { queryDirectory } from "./query-directory.ts";
import {
  member,
  organization,
  readLists,
  readOrganizations,
  writeSource,
} from "./source-directory.ts";
import { makeDirectory } from "./temporary-directory.ts";

const program = fileURLToPath(new URL("../../tenantry/test/kill-program.ts", import.meta.url));

/** The members of each organization that were acknowledged; null where a removal was under way. */
type Acknowledged = Map<string, readonly string[] | null>;

/** Runs programs that write without end and kills them after some acknowledgements, at a moment that nobody chose. */
async function writeAndKill(directory: string, run: string, enough: number): Promise<Acknowledged> {
  const acknowledged: Acknowledged = new Map();
  const child = spawn(process.execPath, [program, `json:${directory}`, run], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const { organization: id, members } = JSON.parse(line);
    acknowledged.set(id, members);
    lines += 1;
    if (lines === enough) child.kill("SIGKILL");
  }
  expect(await ended).toEqual([null, "SIGKILL"]);
  return acknowledged;
}

async function expectKept(directory: string, acknowledged: Acknowledged): Promise<void> {
  const tenantry = await openTenantry({ databaseUrl: `json:${directory}` });
  const ctx = tenantry.context();
  for (const [id, members] of acknowledged) {
    const { items } = openPage<{ user_id: string }>(await listMembers(ctx, id));
    const kept = items.map((one) => one.user_id);
    for (const user of members ?? []) expect(kept).toContain(user);
    // The source files show what is kept, be it more than was acknowledged.
    expect(readOrganizations(directory)[id]?.id).toBe(id);
    expect(
      readLists(directory)
        [id]?.map((one) => one.user_id)
        .sort(),
    ).toEqual([...kept].sort());
  }
  const { faults } = await verifyChains(tenantry.engine.storage.committed, ctx.tenantId);
  expect(faults).toEqual([]);
  await tenantry.close();
}

/** No half of a write: what was counted, what is there and what was recorded agree; and nothing of ours was taken for an edit. */
async function expectWhole(directory: string): Promise<void> {
  const count = async (sql: string) =>
    Number((await queryDirectory(directory, `SELECT count(*) AS n FROM ${sql}`))[0]?.n);
  const events = (type: string) => count(`events WHERE type = '${type}'`);
  const memberships = await count("memberships");
  expect(
    await count(`organizations AS o WHERE seat_count <>
    (SELECT count(*) FROM memberships AS m WHERE m.organization_id = o.id)`),
  ).toBe(0);
  expect(await count("membership_roles")).toBe(memberships);
  const added = (await events("member.added")) - (await events("member.removed"));
  expect(memberships).toBe(
    added + (await count("events WHERE type = 'imported' AND entity = 'membership'")),
  );
}

test("keeps every acknowledged write and no half of one through 20 kills", async () => {
  const directory = makeDirectory();
  for (let round = 0; round < 20; round += 1) {
    const acknowledged = await writeAndKill(directory, `run${round}`, 5 + ((round * 7) % 40));
    await expectKept(directory, acknowledged);
  }
  await expectWhole(directory);
  expect(await queryDirectory(directory, "SELECT * FROM events WHERE type = 'imported'")).toEqual(
    [],
  );
  if (hasPython) expect(runPython(loader, directory)).toMatchObject({ same: true });
}, 300_000);

test("keeps every acknowledged write of a large directory, whose files follow later", async () => {
  const directory = makeDirectory();
  const users = Array.from({ length: 10_500 }, (_, number) => member("org_large", `u${number}`));
  writeSource(directory, { org_large: organization("org_large") }, { org_large: users });
  for (let round = 0; round < 4; round += 1) {
    const acknowledged = await writeAndKill(directory, `run${round}`, 10 + round * 25);
    await expectKept(directory, acknowledged);
  }
  await expectWhole(directory);
  const imported = await queryDirectory(directory, "SELECT * FROM events WHERE type = 'imported'");
  expect(imported).toHaveLength(10_501);
}, 300_000);
