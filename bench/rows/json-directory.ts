import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addMember, createOrganization } from "@tenantry/core";
import { openTenantry } from "tenantry";
import type { Dataset } from "../dataset/dataset.ts";
import { openDataset } from "../dataset/shared-dataset.ts";
import type { Bench } from "../harness/bench.ts";
import { measureRateOfCount } from "../harness/rate.ts";
import type { Row } from "../harness/row.ts";

const callers = 16;
const writesPerRound = 640;
/** The writes per second that a JSON directory of the greatest supported size must reach. */
const owedPerSecond = 100;

export const jsonDirectoryRows: Row[] = [
  {
    id: "json-directory-writes",
    compares:
      "Acknowledged writes to a JSON directory of 10,000 organizations and 100,000 memberships, new organizations and new members in turn, 16 callers, compared with the required 100 a second.",
    unit: "writes/s",
    goal: 1,
    openOurs: async (bench) => {
      const { write } = await openDirectory(bench);
      return async () => ({ value: await measureRateOfCount(write, callers, writesPerRound) });
    },
    openReference: async () => () => ({ value: owedPerSecond }),
  },
];

function openDirectory(bench: Bench) {
  return bench.share("JSON directory", async () => {
    const { dataset } = await openDataset(bench);
    const directory = path.join(bench.directory, "json-directory");
    writeSourceFiles(directory, dataset);
    const tenantry = await openTenantry({ databaseUrl: `json:${directory}` });
    const ctx = tenantry.context();
    const owners = dataset.users.map((user) => user.id);
    const organizations: string[] = [];
    let turn = 0;
    return {
      async write() {
        turn += 1;
        const owner = owners[turn % owners.length] ?? "";
        const next = owners[(turn + 1) % owners.length] ?? "";
        const organization = turn % 2 === 0 ? organizations.pop() : undefined;
        if (organization !== undefined)
          return await addMember(ctx, organization, { user_id: next });
        const name = `New ${turn}`;
        const made = await createOrganization(ctx, { name, owner_user_id: owner });
        organizations.push(made.id);
        return made;
      },
      close: () => tenantry.close(),
    };
  });
}

/** Writes the two files as the Python module does, which has neither administrators nor e-mail addresses. */
function writeSourceFiles(directory: string, dataset: Dataset): void {
  const organizations: Record<string, object> = {};
  const lists: Record<string, object[]> = {};
  const ids = dataset.organizations.map(({ id }) => id);
  for (const { id, name, createdAtMs } of dataset.organizations) {
    const created_at = sourceTime(createdAtMs);
    const billing = { lago_customer_id: null, stripe_customer_id: null };
    organizations[id] = {
      id,
      name,
      created_at,
      plan_tier: "starter",
      ...billing,
      status: "active",
    };
    lists[id] = [];
  }
  for (const { organization, user, role, createdAtMs } of dataset.memberships) {
    const org_id = ids[organization] ?? "";
    lists[org_id]?.push({
      org_id,
      user_id: dataset.users[user]?.id,
      role: role === "owner" ? "owner" : "member",
      joined_at: sourceTime(createdAtMs),
    });
  }
  mkdirSync(directory);
  writeFileSync(path.join(directory, "organizations.json"), JSON.stringify(organizations, null, 2));
  writeFileSync(path.join(directory, "org_users.json"), JSON.stringify(lists, null, 2));
}

function sourceTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, "2025-10-13T18:30:00".length);
}
