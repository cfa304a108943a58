import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { type Context, listMembers, openPage, verifyChains } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("./kill-program.ts", import.meta.url));
const rounds = Number(process.env.TENANTRY_KILL_ROUNDS ?? 50);

/** What was acknowledged: the members of each organization; null where a removal was under way. */
type Acknowledged = Map<string, string[] | null>;

test(`keeps every acknowledged write and no half of one through ${rounds} kills`, async () => {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "t.db");
  let acknowledgements = 0;
  for (let round = 0; round < rounds; round++) {
    const acknowledged = await writeAndKill(`sqlite:${file}`, round);
    acknowledgements += acknowledged.size;
    await expectKept(`sqlite:${file}`, acknowledged);
    expectWhole(file);
  }
  expect(acknowledgements).toBeGreaterThan(rounds);
}, 600_000);

/** Runs the program and kills it after some acknowledgements, at a moment that the loop does not choose. */
async function writeAndKill(databaseUrl: string, round: number): Promise<Acknowledged> {
  const child = spawn(process.execPath, [program, databaseUrl, `run${round}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged: Acknowledged = new Map();
  const enough = 8 + ((round * 7) % 60);
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const { organization, members } = JSON.parse(line);
    acknowledged.set(organization, members);
    lines += 1;
    if (lines === enough) child.kill("SIGKILL");
  }
  expect(child.signalCode ?? "SIGKILL").toBe("SIGKILL");
  return acknowledged;
}

async function expectKept(databaseUrl: string, acknowledged: Acknowledged): Promise<void> {
  const tenantry = await openTenantry({ databaseUrl });
  const ctx = tenantry.context();
  for (const [organizationId, members] of acknowledged) {
    const kept = await membersOf(ctx, organizationId);
    // What was acknowledged is there; what was under way may be there as well.
    for (const member of members ?? []) expect(kept).toContain(member);
    expect(kept.length).toBeGreaterThan(0);
  }
  const report = await verifyChains(tenantry.engine.storage.committed, ctx.tenantId);
  expect(report.faults).toEqual([]);
  await tenantry.close();
}

async function membersOf(ctx: Context, organizationId: string): Promise<string[]> {
  const page = openPage<{ user_id: string }>(await listMembers(ctx, organizationId));
  return page.items.map((member) => member.user_id);
}

/** No half of a write: rows, roles, counts, events and history intervals agree, whoever was acknowledged. */
function expectWhole(file: string): void {
  const database = new DatabaseSync(file, { readOnly: true });
  const count = (sql: string) => Number(database.prepare(sql).get()?.n);
  try {
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    expect(database.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
    expect(
      count(`SELECT count(*) AS n FROM organizations o WHERE o.seat_count <>
        (SELECT count(*) FROM memberships m
          WHERE m.tenant_id = o.tenant_id AND m.organization_id = o.id)`),
    ).toBe(0);
    const perEvent = (type: string) => `SELECT count(*) AS n FROM events WHERE type = '${type}'`;
    const organizations = count("SELECT count(*) AS n FROM organizations");
    const memberships = count("SELECT count(*) AS n FROM memberships");
    expect(organizations).toBe(count(perEvent("organization.created")));
    expect(memberships).toBe(count(perEvent("member.added")) - count(perEvent("member.removed")));
    expect(count("SELECT count(*) AS n FROM membership_roles")).toBe(memberships);
    expect(
      count(
        "SELECT count(*) AS n FROM history WHERE entity = 'membership' AND to_sequence IS NULL",
      ),
    ).toBe(memberships);
    expect(count("SELECT count(*) AS n FROM users")).toBe(count(perEvent("user.created")));
  } finally {
    database.close();
  }
}
