import type { OrganizationStatus } from "@tenantry/core";
import { type SourceTime, toSourceTime } from "./source-time.ts";

/** The records of the Python module's two files, with its spelling and order of fields. */

export const sourceRoles = ["owner", "member", "billing_admin"] as const;
export type SourceRole = (typeof sourceRoles)[number];

export interface SourceOrganization {
  readonly id: string;
  readonly name: string;
  readonly created: SourceTime;
  readonly plan_tier: string;
  readonly lago_customer_id: string | null;
  readonly stripe_customer_id: string | null;
  readonly status: OrganizationStatus;
}

export interface SourceMember {
  readonly org_id: string;
  readonly user_id: string;
  readonly role: SourceRole;
  readonly joined: SourceTime;
}

/** The role that is written for the module, which knows three roles and treats a file with any other as empty. */
export function toSourceRole(role: string): SourceRole {
  return sourceRoles.find((known) => known === role) ?? "member";
}

/** An entry of `organizations.json`. */
export function writeOrganization(organization: SourceOrganization): string {
  const { id, name, created, plan_tier, status } = organization;
  return `  ${writeText(id)}: {
    "id": ${writeText(id)},
    "name": ${writeText(name)},
    "created_at": ${writeText(toSourceTime(created.time, created.exact))},
    "plan_tier": ${writeText(plan_tier)},
    "lago_customer_id": ${writeNullable(organization.lago_customer_id)},
    "stripe_customer_id": ${writeNullable(organization.stripe_customer_id)},
    "status": ${writeText(status)}
  }`;
}

/** An entry of an organization's list in `org_users.json`. */
export function writeMember({ org_id, user_id, role, joined }: SourceMember): string {
  return `    {
      "org_id": ${writeText(org_id)},
      "user_id": ${writeText(user_id)},
      "role": ${writeText(role)},
      "joined_at": ${writeText(toSourceTime(joined.time, joined.exact))}
    }`;
}

/** An organization's member list. Every organization has one, even if it is empty. */
export function writeList(orgId: string, members: Iterable<string>): string {
  const entries = [...members];
  if (entries.length === 0) return `  ${writeText(orgId)}: []`;
  return `  ${writeText(orgId)}: [\n${entries.join(",\n")}\n  ]`;
}

function writeNullable(text: string | null): string {
  return text === null ? "null" : writeText(text);
}

const beyondAscii = /[\u007f-\uffff]/g;

/** Writes text as Python's `json.dump` does: in ASCII, so that a file reads the same under every locale. */
function writeText(text: string): string {
  return JSON.stringify(text).replace(
    beyondAscii,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
