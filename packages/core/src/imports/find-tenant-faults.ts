import type { FieldFault } from "../errors.ts";
import { inputFaults, parsing, pointer, unstorableFaults } from "../input.ts";
import { nameKey, usernameKey } from "../normalization.ts";
import { claim, fieldOf, listAt, maximumFileDepth, type Path, textAt } from "./fault-finding.ts";
import { findTeamFaults } from "./find-tenant-team-faults.ts";
import { tenantFileSchema } from "./tenant-file.schema.ts";

/**
 * Every fault within an export of ours, with its place: wrong types, duplicate entries, and references to entries
 * that do not exist.
 */
export function findTenantFaults(data: unknown): FieldFault[] {
  const unstorable = unstorableFaults(data, maximumFileDepth);
  if (unstorable.length > 0) return unstorable;
  const parsed = tenantFileSchema.safeParse(data, parsing);
  const faults = parsed.success ? [] : inputFaults(parsed.error);
  const file: Known = {
    faults,
    roles: claimEach(data, [], "roles", { key: (role) => textAt(role, "key") }, faults),
    plans: claimEach(data, [], "plans", { key: (plan) => textAt(plan, "key") }, faults),
    users: claimEach(data, [], "users", { id: (user) => textAt(user, "id") }, faults),
  };
  claimEach(
    data,
    [],
    "users",
    {
      username: (user) => keyOf(textAt(user, "username"), usernameKey),
      email: (user) => textAt(user, "email"),
      external_id: (user) => textAt(user, "external_id"),
    },
    faults,
  );
  claimEach(
    data,
    [],
    "organizations",
    {
      id: (one) => textAt(one, "id"),
      slug: (one) => textAt(one, "slug"),
      external_id: (one) => textAt(one, "external_id"),
      name: (one) =>
        fieldOf(one, "status") === "deleted" ? undefined : keyOf(textAt(one, "name"), nameKey),
    },
    faults,
  );
  listAt(data, "organizations").forEach((organization, index) => {
    findInside(organization, ["organizations", index], file);
  });
  return faults;
}

/** The entries that an organization may refer to. */
interface Known {
  readonly faults: FieldFault[];
  readonly roles: ReadonlySet<string>;
  readonly plans: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
}

function findInside(organization: unknown, path: Path, file: Known): void {
  const { faults, plans, users } = file;
  mustBeKnown(textAt(organization, "plan_tier"), plans, "plans", [...path, "plan_tier"], faults);
  const own = claimEach(
    organization,
    path,
    "roles",
    { key: (role) => textAt(role, "key") },
    faults,
    file.roles,
  );
  const roles = new Set([...file.roles, ...own]);
  const members = claimEach(
    organization,
    path,
    "memberships",
    { user_id: (membership) => textAt(membership, "user_id") },
    faults,
  );
  claimEach(
    organization,
    path,
    "resources",
    {
      external_id: (one) => `${textAt(one, "type")}/${textAt(one, "external_id")}`,
    },
    faults,
  );
  listAt(organization, "memberships").forEach((membership, index) => {
    const at = [...path, "memberships", index];
    mustBeKnown(textAt(membership, "user_id"), users, "users", [...at, "user_id"], faults);
    mustHaveRoles(membership, roles, at, faults);
  });
  findTeamFaults(organization, path, members, faults);
  listAt(organization, "teams").forEach((team, index) => {
    mustHaveRoles(team, roles, [...path, "teams", index], faults);
  });
}

function mustHaveRoles(
  entry: unknown,
  roles: ReadonlySet<string>,
  path: Path,
  faults: FieldFault[],
): void {
  listAt(entry, "roles").forEach((key, index) => {
    if (typeof key === "string")
      mustBeKnown(key, roles, "roles", [...path, "roles", index], faults);
  });
}

function mustBeKnown(
  key: string | undefined,
  known: ReadonlySet<string>,
  list: string,
  path: Path,
  faults: FieldFault[],
): void {
  if (key === undefined || known.has(key)) return;
  const detail = `names ${key}, which is not among the file's ${list}`;
  faults.push({ pointer: pointer(path), detail });
}

function keyOf(text: string | undefined, fold: (text: string) => string): string | undefined {
  return text === undefined ? undefined : fold(text);
}

/**
 * Reports entries of a list that share a key.
 *
 * @returns The first of the keys of every entry.
 */
function claimEach(
  entry: unknown,
  path: Path,
  list: string,
  keys: Readonly<Record<string, (one: unknown) => string | undefined>>,
  faults: FieldFault[],
  reserved: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  let first: ReadonlyMap<string, Path> | undefined;
  for (const [field, read] of Object.entries(keys)) {
    const taken = new Map<string, Path>();
    listAt(entry, list).forEach((one, index) => {
      const key = read(one);
      if (key === undefined) return;
      const at = [...path, list, index, field];
      if (reserved.has(key)) {
        faults.push({ pointer: pointer(at), detail: `names ${key}, which the tenant has already` });
      }
      claim(taken, key, textAt(one, field) ?? key, at, faults);
    });
    first ??= taken;
  }
  return new Set(first?.keys());
}
