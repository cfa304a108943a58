import { DatabaseSync } from "node:sqlite";
import { createPorts } from "@tenantry/storage-sql";
import { fillTenant } from "@tenantry/storage-testkit";
import { membershipRecord, teamRecord } from "@tenantry/storage-testkit/records";
import { expect, onTestFinished, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";
import { createReaderSession } from "./reader-session.ts";

/** The role that a member holds by themselves, and the role of the team that they are in. */
interface Held {
  readonly own: string;
  readonly ofTeam: string;
}

/** Access as another connection finds it while a change is committed between the reads that a look-up consists of. */
async function findBetween(before: Held, after: Held) {
  const directory = openTemporary();
  const path = directory.file("tenantry.db");
  const storage = await openSqliteStorage({ path });
  const reader = new DatabaseSync(path);
  onTestFinished(async () => {
    reader.close();
    await storage.close();
    directory.remove();
  });
  const role = (key: string) => [{ scope: "tenant" as const, key }];
  const hold = ({ own, ofTeam }: Held) =>
    storage.transaction("t", async (ports) => {
      await ports.organizations.lock("t", "org");
      await ports.members.update(membershipRecord("t", "org", "bob", { role: own }), role(own));
      await ports.teams.update(teamRecord("t", "org", "inner"), role(ofTeam));
    });
  await storage.transaction("t", (ports) => fillTenant(ports, "t"));
  await hold(before);
  const session = createReaderSession(reader, path, 5000);
  let isChanged = false;
  const { access } = createPorts({
    ...session,
    async get(query, args) {
      if (!isChanged) await hold(after);
      isChanged = true;
      return await session.get(query, args);
    },
  });
  const found = await access.findAccess("t", "org", "bob");
  expect(isChanged).toBe(true);
  return found?.roles.map(({ key }) => key);
}

test("finds a role that moves between a member and their team, and finds it once", async () => {
  const atMember = { own: "owner", ofTeam: "member" };
  const atTeam = { own: "member", ofTeam: "owner" };
  expect(await findBetween(atMember, atTeam)).toEqual(["owner", "member"]);
  expect(await findBetween(atTeam, atMember)).toEqual(["owner", "member"]);
});
