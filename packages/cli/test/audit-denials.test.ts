import { join } from "node:path";
import { createTenant, createUser, type Denial, getOrganization, listUsers } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, test } from "vitest";
import { makeDirectory, run, runJson } from "./run-command-line.ts";

/** Has a user of a tenant ask for an organization that is not there, and for the users. */
async function tryThings(directory: string, tenant?: string): Promise<string> {
  const tenantry = await openTenantry({ dataDirectory: join(directory, "data") });
  const tenantId = tenant && (await createTenant(tenantry.context(), { name: tenant })).id;
  const within = { ...(tenantId !== undefined && { tenantId }) };
  const { id } = await createUser(tenantry.context(within), { name: "Ann" });
  const ctx = tenantry.context({ ...within, actor: { type: "user", id, session_id: null } });
  await expect(getOrganization(ctx, "org_1")).rejects.toThrow();
  await expect(listUsers(ctx)).rejects.toThrow();
  await tenantry.close();
  return id;
}

test("audit denials lists what was refused in a tenant, the newest first, whole and in parts", async () => {
  const directory = makeDirectory();
  const userId = await tryThings(directory);
  const other = await tryThings(directory, "acme");
  const all = await runJson(directory, ["audit", "denials"]);
  expect(all.items).toMatchObject([
    { code: "permission_denied", operation: "list_users", actor: { type: "user", id: userId } },
    { code: "organization_not_found", operation: "get_organization", organization_id: "org_1" },
  ]);
  const first = await runJson(directory, ["audit", "denials", "--limit", "1"]);
  const rest = await runJson(directory, ["audit", "denials", "--cursor", first.next_cursor]);
  expect([...first.items, ...rest.items]).toEqual(all.items);
  const filter = ["--org", "org_1", "--actor", userId, "--code", "organization_not_found"];
  expect((await runJson(directory, ["audit", "denials", ...filter])).items).toEqual(rest.items);
  const inTenant = await runJson(directory, ["audit", "denials", "--tenant", "acme"]);
  expect(inTenant.items.map(({ actor }: Denial) => actor.id)).toEqual([other, other]);
  const { stdout } = await run(directory, ["audit", "denials", "--limit", "1"]);
  expect(stdout).toMatch(
    /^TIME .*\n\S+Z +permission_denied +list_users +\S+ +- +administrator +-\n/,
  );
  expect(stdout).toContain("There are more: --cursor ");
  const { code, stderr } = await run(directory, ["audit", "denials", "--code", "denied"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^tenantry: \/code: .*permission_denied/);
});
