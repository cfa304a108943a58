import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";

const run = promisify(execFile);

/** The exact output of each example. */
const printed: Record<string, string> = {
  "01-create-organizations.ts": `
Acme Corp: plan founders_friend, active
Tech Solutions: plan professional, active
Ids begin with org_: true; created just now: true`,
  "02-add-users.ts": `
Acme Corp has 3 users:
  user_alice: owner
  user_bob: member
  user_cleo: billing_admin
After Bob left: 2`,
  "03-manage-roles.ts": `
Bob begins as member
Bob is now billing_admin
Alice stays: This is the organization's last owner; make somebody else an owner first
Handed over: Bob is owner
A stranger's role: null`,
  "04-billing.ts": `
At first: Lago none, Stripe none
Linked: Lago lago_cust_abc, Stripe cus_xyz
Moved at Stripe: Lago lago_cust_abc, Stripe cus_new
Left Lago: Lago none, Stripe cus_new`,
  "05-plan-upgrades.ts": `
Begins on founders_friend
user_bob (member) may not choose a plan
user_alice (owner) chose professional
user_alice (owner) chose enterprise
On enterprise: Acme Corp`,
  "06-user-organizations.ts": `
Alice belongs to:
  Acme Corp (owner)
  Tech Solutions (member)
John belongs to:
  John's Organization (owner)
John belongs to:
  John's Organization (owner)`,
  "07-search.ts": `
All: Tech Corp, BioTech Labs, Finance Inc
With "tech": Tech Corp, BioTech Labs
With "xyz": none
Professional: Tech Corp, Finance Inc
Active and not enterprise: Tech Corp, Finance Inc`,
  "08-lifecycle.ts": `
Created: active, Alice is owner
Not paid: suspended, Alice is owner
Paid: active, Alice is owner
Closed: deleted, Alice is owner
Back again: active, Alice is owner`,
  "09-errors.ts": `
The same name: organization_name_taken: Organization with name 'Duplicate Name' already exists
No name: invalid_input: Organization name cannot be empty
An unknown role: invalid_input: Role must be one of: owner, member, billing_admin
An unknown status: invalid_input: Status must be one of: active, suspended, deleted
The last owner leaves: last_owner: This is the organization's last owner; make somebody else an owner first
A plan for nobody: false
An organization that is not there: null
A stranger leaves: false`,
  "10-multi-organization.ts": `
Created 10 organizations at once
The agency is in 10
It bills for 3
4 × founders_friend, active
1 × founders_friend, deleted
5 × professional, active`,
};

const directory = mkdtempSync(join(tmpdir(), "examples-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("every example is run", () => {
  const examples = readdirSync(import.meta.dirname).filter((name) => /^\d\d-.*\.ts$/.test(name));
  expect(examples.sort()).toEqual(Object.keys(printed));
});

test.each(Object.entries(printed))("%s prints what it does", async (name, output) => {
  // In a directory of the test's own, to see that the example writes nothing to where it is started.
  const options = { cwd: directory, env: { ...process.env, TMPDIR: directory } };
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, name)], options);
  expect(stdout.trimEnd()).toBe(output.trim());
});

test("the examples leave nothing behind", () => {
  expect(readdirSync(directory)).toEqual([]);
});
