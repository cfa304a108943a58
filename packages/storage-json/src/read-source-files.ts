import { nameKey, organizationStatusSchema } from "@tenantry/core";
import { damaged, type Fault } from "./directory-error.ts";
import type { DirectoryLayout } from "./directory-layout.ts";
import {
  type SourceMember,
  type SourceOrganization,
  type SourceRole,
  sourceRoles,
} from "./source-records.ts";
import { readSourceTime } from "./source-time.ts";

/** The records of the two files, in their order. */
export interface SourceContent {
  readonly organizations: ReadonlyMap<string, SourceOrganization>;
  readonly members: ReadonlyMap<string, ReadonlyMap<string, SourceMember>>;
}

export const longestSourceName = 200;
const longestId = 255;

/**
 * Reads the files as strictly as the Python module's loader: one record that the loader refuses makes it treat the whole
 * file as empty, and erase it with its next save. Fields that are optional there are optional here.
 *
 * @param now The time for records without one.
 * @throws {DomainError} `storage_damaged` with every fault and its place.
 */
export function readSourceFiles(
  layout: DirectoryLayout,
  organizationsText: string,
  orgUsersText: string,
  now: string,
): SourceContent {
  const organizations = readOrganizations(layout.organizations, organizationsText, now);
  const members = readOrgUsers(layout.orgUsers, orgUsersText, organizations, now);
  return { organizations, members };
}

function readOrganizations(
  path: string,
  text: string,
  now: string,
): Map<string, SourceOrganization> {
  const faults: Fault[] = [];
  const organizations = new Map<string, SourceOrganization>();
  for (const [id, value] of Object.entries(parseObject(path, text))) {
    const fields = createFields(value, `/${escapePointer(id)}`, faults);
    fields.allow(organizationFields);
    if (!id.startsWith("org_")) fields.fault("", "has an id that does not begin with org_");
    if (id.length > longestId) fields.fault("", `has an id longer than ${longestId}`);
    if (!id.isWellFormed()) fields.fault("", `has an id that ${halfOfCharacter}`);
    if (fields.get("id") !== id) fields.fault("/id", "is not the key that the record stands under");
    organizations.set(id, {
      id,
      name: fields.text("name", longestSourceName).normalize("NFC").trim(),
      created: fields.time("created_at", now),
      plan_tier: fields.optionalText("plan_tier") ?? "founders_friend",
      lago_customer_id: fields.optionalText("lago_customer_id"),
      stripe_customer_id: fields.optionalText("stripe_customer_id"),
      status: fields.oneOf("status", organizationStatusSchema.options, "active"),
    });
  }
  findSharedNames(organizations.values(), faults);
  if (faults.length > 0) throw damaged(path, faults);
  return organizations;
}

const organizationFields = [
  "id",
  "name",
  "created_at",
  "plan_tier",
  "lago_customer_id",
  "stripe_customer_id",
  "status",
];

/** Names are unique among organizations that are not deleted; upper and lower case count as the same. */
function findSharedNames(organizations: Iterable<SourceOrganization>, faults: Fault[]): void {
  const owners = new Map<string, string>();
  for (const { id, name, status } of organizations) {
    if (status === "deleted") continue;
    const key = nameKey(name);
    const other = owners.get(key);
    if (other !== undefined) {
      faults.push({
        place: `/${escapePointer(id)}/name`,
        detail: `is the name of ${other} as well, but for case; rename one`,
      });
    }
    owners.set(key, id);
  }
}

function readOrgUsers(
  path: string,
  text: string,
  organizations: ReadonlyMap<string, SourceOrganization>,
  now: string,
): Map<string, Map<string, SourceMember>> {
  const faults: Fault[] = [];
  const lists = new Map<string, Map<string, SourceMember>>();
  for (const [orgId, value] of Object.entries(parseObject(path, text))) {
    const place = `/${escapePointer(orgId)}`;
    if (!Array.isArray(value)) {
      faults.push({ place, detail: "is no list" });
      continue;
    }
    if (!organizations.has(orgId) && value.length > 0) {
      faults.push({ place, detail: "is of an organization that is not in organizations.json" });
    }
    const list = new Map<string, SourceMember>();
    for (const [index, entry] of value.entries()) {
      const member = readMember(orgId, entry, `${place}/${index}`, faults, now);
      if (list.has(member.user_id)) {
        faults.push({ place: `${place}/${index}`, detail: `names ${member.user_id} once more` });
      }
      list.set(member.user_id, member);
    }
    lists.set(orgId, list);
  }
  if (faults.length > 0) throw damaged(path, faults);
  return lists;
}

function readMember(
  orgId: string,
  value: unknown,
  place: string,
  faults: Fault[],
  now: string,
): SourceMember {
  const fields = createFields(value, place, faults);
  fields.allow(["org_id", "user_id", "role", "joined_at"]);
  if (fields.get("org_id") !== orgId) fields.fault("/org_id", "is not the list's organization");
  return {
    org_id: orgId,
    user_id: fields.text("user_id", longestId),
    role: fields.oneOf<SourceRole>("role", sourceRoles, "member"),
    joined: fields.time("joined_at", now),
  };
}

function parseObject(path: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const detail = `is not JSON (${error instanceof Error ? error.message : error})`;
    throw damaged(path, [{ place: "", detail }]);
  }
  if (isObject(value)) return value;
  throw damaged(path, [{ place: "", detail: "is no JSON object" }]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** JSON can express half of a surrogate pair, but no storage can: two ids with different halves would become one. */
const halfOfCharacter = "holds half of a character, such as \\ud800; remove it";

/** Reads the fields of one record and collects their faults. */
function createFields(value: unknown, place: string, faults: Fault[]) {
  const record = isObject(value) ? value : {};
  const fault = (field: string, detail: string) => faults.push({ place: place + field, detail });
  if (!isObject(value)) fault("", "is no object");
  return {
    fault,
    get: (field: string) => record[field],
    allow(known: readonly string[]) {
      for (const field of Object.keys(record)) {
        if (!known.includes(field))
          fault(`/${escapePointer(field)}`, "is not a known field; remove it");
      }
    },
    text(field: string, longest: number): string {
      const text = record[field];
      if (typeof text !== "string" || text.trim() === "") fault(`/${field}`, "is no text");
      else if ([...text].length > longest) fault(`/${field}`, `is longer than ${longest}`);
      else if (!text.isWellFormed()) fault(`/${field}`, halfOfCharacter);
      return typeof text === "string" ? text : "";
    },
    optionalText(field: string): string | null {
      const text = record[field] ?? null;
      if (text !== null && typeof text !== "string") fault(`/${field}`, "is no text");
      else if (text?.isWellFormed() === false) fault(`/${field}`, halfOfCharacter);
      return typeof text === "string" ? text : null;
    },
    oneOf<T extends string>(field: string, known: readonly T[], otherwise: T): T {
      const text = record[field] ?? otherwise;
      const found = known.find((one) => one === text);
      if (found === undefined) fault(`/${field}`, `is not one of: ${known.join(", ")}`);
      return found ?? otherwise;
    },
    time(field: string, otherwise: string) {
      const given = record[field];
      const time = readSourceTime(given ?? otherwise);
      if (time === undefined) fault(`/${field}`, "is no time such as 2025-10-13T18:30:00");
      return time ?? { time: otherwise, exact: null };
    },
  };
}
