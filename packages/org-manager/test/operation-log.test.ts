import { expect, test } from "vitest";
import { openFresh } from "./open-fresh.ts";

function createMemoryLog() {
  const lines: Record<string, unknown>[] = [];
  const write = (level: string) => (fields: Record<string, unknown>, msg: string) => {
    lines.push({ level, ...fields, msg });
  };
  return { lines, info: write("info"), warn: write("warn"), debug: write("debug") };
}

test("logs every operation with its name, organization, actor and outcome, reads for who wants them", async () => {
  const log = createMemoryLog();
  const manager = await openFresh("sqlite", { log, program: "signup" });
  const id = await manager.createOrganization("Acme");
  await manager.addUserToOrg(id, "user_ann", "owner");
  await manager.updateOrgPlan("org_fake", "pro");
  await manager.createOrganization("Acme").catch(() => {});
  await manager.getOrg(id);
  const actor = { type: "system", id: "signup" };
  expect(log.lines).toMatchObject([
    {
      level: "info",
      operation: "create_organization",
      organization_id: id,
      actor,
      outcome: "done",
    },
    { operation: "add_user_to_org", organization_id: id, user_id: "user_ann", role: "owner" },
    { operation: "update_org_plan", organization_id: "org_fake", outcome: "not_found" },
    { level: "warn", operation: "create_organization", code: "organization_name_taken" },
    { level: "debug", operation: "get_org", organization_id: id },
  ]);
});
