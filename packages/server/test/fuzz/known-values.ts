import { permissions } from "@tenantry/core";
import type { MatrixFixture } from "../matrix/matrix-fixture.ts";
import { registered } from "../matrix/matrix-fixture.ts";
import { password } from "../people.ts";

/** What fields are about, where they name something that a server may have. Others are names. */
const subjects: Readonly<Record<string, string>> = {
  actor_id: "user",
  billing_email: "email",
  cursor: "cursor",
  email: "email",
  external_id: "external_id",
  id: "user",
  "if-match": "etag",
  key: "role",
  organization_id: "organization",
  organization_name: "organization_name",
  owner_user_id: "user",
  parent_team_id: "team",
  password: "password",
  permission: "permission",
  permissions: "permission",
  plan_key: "plan",
  plan_tier: "plan",
  refresh_token: "refresh_token",
  role: "role",
  role_key: "role",
  roles: "role",
  slug: "slug",
  team_id: "team",
  tenant_id: "tenant",
  type: "type",
  user_id: "user",
};

/** What ids of ours name, by what stands in front of them. */
const subjectOfId: Readonly<Record<string, string>> = {
  org: "organization",
  team: "team",
  ten: "tenant",
  user: "user",
};

/** More of a kind are not kept, so that requests meet in the same things. */
const mostOfAKind = 60;

/** What a server has, as far as requests may name it: what was there at the start, and what answers have told since. */
export class KnownValues {
  readonly #values: Map<string, string[]>;
  readonly #self: string | undefined;

  constructor(values = new Map<string, string[]>(), self?: string) {
    this.#values = values;
    this.#self = self;
  }

  /** The same, where a user may be the one who asks. */
  askedBy(self: string | undefined): KnownValues {
    return new KnownValues(this.#values, self);
  }

  /** One of those that a field may name; the first ones are those that most of the others belong to. */
  pick(field: string, n: number): string {
    const subject = subjects[field] ?? "name";
    if (subject === "user" && this.#self !== undefined && n % 4 === 1) return this.#self;
    const values = this.#values.get(subject) ?? ["x"];
    return values[n % values.length] as string;
  }

  add(subject: string, ...values: readonly string[]): void {
    const known = this.#values.get(subject) ?? [];
    this.#values.set(subject, known);
    for (const value of values) {
      if (known.length < mostOfAKind && !known.includes(value)) known.push(value);
    }
  }

  /** Keeps what a success has named. */
  learn(answer: unknown): void {
    if (typeof answer !== "object" || answer === null) return;
    for (const [key, value] of Object.entries(answer)) {
      if (typeof value === "object") this.learn(value);
      if (typeof value !== "string") continue;
      const subject = subjectOfId[/^([a-z]+)_[0-9a-z]{26}$/.exec(value)?.[1] ?? ""];
      if (subject !== undefined) this.add(subject, value);
      else if (key === "next_cursor") this.add("cursor", value);
      else if (key === "refresh_token" || key === "slug" || key === "email") this.add(key, value);
    }
  }
}

export function knownValues(fixture: MatrixFixture): KnownValues {
  const known = new KnownValues();
  const { owner, member, viewer, invited, ...others } = fixture.people;
  const people = [member, fixture.free, invited, viewer, owner, ...Object.values(others)];
  known.add("user", ...people.map(({ id }) => id), "user_nobody");
  known.add("email", "registered@example.com", ...people.map(({ email }) => email));
  known.add("refresh_token", ...people.map(({ refreshToken }) => refreshToken));
  const { organizationId, otherOrganizationId, deletedOrganizationId } = fixture;
  known.add("organization", organizationId, deletedOrganizationId, otherOrganizationId, "org_none");
  known.add("team", fixture.teamId);
  known.add("role", fixture.roleKey, "viewer", "tenant_auditor", "member", "owner", "admin");
  known.add("plan", "enterprise", "free", "nothing");
  known.add(
    "tenant",
    fixture.server.tenantry.defaultTenant.id,
    "default",
    "other",
    "gone",
    "nowhere",
  );
  known.add("slug", "default", "other", "organization-1");
  known.add("organization_name", registered, "New");
  known.add("password", password, "wrong password");
  known.add("permission", ...Object.keys(permissions), "*", "app:custom");
  known.add("type", "project", "model", "other");
  known.add("external_id", fixture.resourceId, "crm-1", "CRM-1");
  known.add("etag", '"1"', '"2"', "*");
  known.add("cursor", "1", "abc", "");
  // Some of them are the same to whoever compares names.
  known.add("name", "Team", "TEAM", "Auditor", "Organization 1", "\u00e9t\u00e9", "e\u0301t\u00e9");
  return known;
}
