import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Records as the Python module's files hold them. */
export interface SourceOrganization {
  id: string;
  name: string;
  created_at: string;
  plan_tier: string;
  lago_customer_id: string | null;
  stripe_customer_id: string | null;
  status: string;
}

export interface SourceMember {
  org_id: string;
  user_id: string;
  role: string;
  joined_at: string;
}

export type Organizations = Record<string, SourceOrganization>;
export type Lists = Record<string, SourceMember[]>;

export function organization(
  id: string,
  fields: Partial<SourceOrganization> = {},
): SourceOrganization {
  return {
    id,
    name: `Name of ${id}`,
    created_at: "2025-10-13T18:30:00",
    plan_tier: "professional",
    lago_customer_id: null,
    stripe_customer_id: null,
    status: "active",
    ...fields,
  };
}

export function member(org_id: string, user_id: string, role = "member"): SourceMember {
  return { org_id, user_id, role, joined_at: "2025-10-13T18:30:00" };
}

/** Writes the files as the module does. */
export function writeSource(directory: string, organizations: Organizations, lists: Lists): void {
  writeFileSync(join(directory, "organizations.json"), JSON.stringify(organizations, null, 2));
  writeFileSync(join(directory, "org_users.json"), JSON.stringify(lists, null, 2));
}

export function readOrganizations(directory: string): Organizations {
  return JSON.parse(readFileSync(join(directory, "organizations.json"), "utf8"));
}

export function readLists(directory: string): Lists {
  return JSON.parse(readFileSync(join(directory, "org_users.json"), "utf8"));
}

/** Changes the files as somebody else would, who knows nothing of us. */
export function edit(
  directory: string,
  change: (organizations: Organizations, lists: Lists) => void,
): void {
  const organizations = readOrganizations(directory);
  const lists = readLists(directory);
  change(organizations, lists);
  writeSource(directory, organizations, lists);
}
