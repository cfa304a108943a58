import type { DirtyRow } from "./dirty-rows.ts";
import { writeList } from "./source-records.ts";
import type { SourceRows } from "./source-rows.ts";
import { sourceTimesTable } from "./source-times-table.ts";

/** The two files of the Python module. */
export type SourceFileName = "organizations" | "orgUsers";
export const sourceFileNames = ["organizations", "orgUsers"] as const;

/**
 * The content of the two source files, kept in pieces: a change renders only the text of one organization or member again, and
 * a file is the joined pieces. Entries keep their order in the file; new ones come last.
 */
export interface SourceView {
  /** Renders everything again from the tables. */
  rebuild(): void;
  /** Renders the entries again that show these rows. */
  update(rows: readonly DirtyRow[]): void;
  /** The files whose content has changed since the last call. */
  takeChanged(): readonly SourceFileName[];
  /** The number of records in both files. */
  count(): number;
  /** Marks both files as changed, so that they are written. */
  changeAll(): void;
  /** The complete content of a file. */
  render(file: SourceFileName): Buffer;
  /** The entry of an organization; undefined if there is none. */
  organization(id: string): string | undefined;
  organizationIds(): Iterable<string>;
  /** The entries of an organization's member list by user; undefined if there is no such organization. */
  members(orgId: string): ReadonlyMap<string, string> | undefined;
  /** Orders the entries as in a file that has the same content in another order. */
  reorder(orgIds: Iterable<string>, userIds: (orgId: string) => Iterable<string>): void;
}

interface List {
  readonly members: Map<string, string>;
  /** The whole list as text, until a member changes. */
  text: Buffer | undefined;
}

interface Entries {
  tenantId: string;
  organizations: Map<string, Buffer>;
  lists: Map<string, List>;
  memberCount: number;
  readonly changed: Set<SourceFileName>;
}

export function createSourceView(rows: SourceRows): SourceView {
  const entries: Entries = {
    tenantId: "",
    organizations: new Map(),
    lists: new Map(),
    memberCount: 0,
    changed: new Set(),
  };
  const { changed } = entries;
  return {
    rebuild: () => rebuild(entries, rows),
    update: (touched) => update(entries, rows, touched),
    takeChanged() {
      const files = sourceFileNames.filter((file) => changed.has(file));
      changed.clear();
      return files;
    },
    count: () => entries.organizations.size + entries.memberCount,
    changeAll: () => void changed.add("organizations").add("orgUsers"),
    render: (file) => joinEntries([...pieces(entries, file)]),
    organization: (id) => entries.organizations.get(id)?.toString("latin1"),
    organizationIds: () => entries.organizations.keys(),
    members: (orgId) => entries.lists.get(orgId)?.members,
    reorder(orgIds, userIds) {
      entries.organizations = inOrder(entries.organizations, orgIds);
      entries.lists = inOrder(entries.lists, entries.organizations.keys());
      for (const [id, list] of entries.lists) {
        entries.lists.set(id, { members: inOrder(list.members, userIds(id)), text: undefined });
      }
    },
  };
}

function rebuild(entries: Entries, rows: SourceRows): void {
  const tenantId = rows.defaultTenantId() ?? "";
  entries.tenantId = tenantId;
  entries.organizations = new Map();
  entries.lists = new Map();
  entries.memberCount = 0;
  for (const { id, text } of rows.organizations(tenantId)) {
    entries.organizations.set(id, toBuffer(text));
    entries.lists.set(id, { members: new Map(), text: undefined });
  }
  for (const { orgId, userId, text } of rows.members(tenantId)) {
    entries.lists.get(orgId)?.members.set(userId, text);
    entries.memberCount += 1;
  }
  entries.changed.add("organizations").add("orgUsers");
}

function update(entries: Entries, rows: SourceRows, touched: readonly DirtyRow[]): void {
  const isAboutTenants = touched.some(({ table }) => table === "tenants");
  if (isAboutTenants && rows.defaultTenantId() !== entries.tenantId) {
    rebuild(entries, rows);
    return;
  }
  const inTenant = touched.filter(({ key }) => key[0] === entries.tenantId);
  // Organizations first, because a member's entry belongs to an organization's list.
  for (const { table, key } of inTenant) {
    if (table === "organizations") updateOrganization(entries, rows, String(key[1]));
  }
  for (const { table, key } of inTenant) {
    if (table === "memberships") updateMember(entries, rows, String(key[1]), String(key[2]));
  }
  for (const { table, key } of touched) {
    if (table !== sourceTimesTable) continue;
    if (key[1] === "") updateOrganization(entries, rows, String(key[0]));
    else updateMember(entries, rows, String(key[0]), String(key[1]));
  }
}

function updateOrganization(entries: Entries, rows: SourceRows, id: string): void {
  const { organizations, lists, changed } = entries;
  const text = rows.organization(entries.tenantId, id);
  if (text === null) {
    entries.memberCount -= lists.get(id)?.members.size ?? 0;
    if (organizations.delete(id)) changed.add("organizations");
    if (lists.delete(id)) changed.add("orgUsers");
    return;
  }
  const content = toBuffer(text);
  if (organizations.get(id)?.equals(content) !== true) {
    organizations.set(id, content);
    changed.add("organizations");
  }
  if (lists.has(id)) return;
  lists.set(id, { members: new Map(), text: undefined });
  changed.add("orgUsers");
}

function updateMember(entries: Entries, rows: SourceRows, orgId: string, userId: string): void {
  const list = entries.lists.get(orgId);
  const text = rows.member(entries.tenantId, orgId, userId);
  if (list === undefined || text === (list.members.get(userId) ?? null)) return;
  const before = list.members.size;
  if (text === null) list.members.delete(userId);
  else list.members.set(userId, text);
  entries.memberCount += list.members.size - before;
  list.text = undefined;
  entries.changed.add("orgUsers");
}

function* pieces(entries: Entries, file: SourceFileName): Iterable<Buffer> {
  if (file === "organizations") {
    yield* entries.organizations.values();
    return;
  }
  for (const [id, list] of entries.lists) {
    list.text ??= toBuffer(writeList(id, list.members.values()));
    yield list.text;
  }
}

/** The texts are ASCII, so one byte is one character. */
function toBuffer(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

const opening = Buffer.from("{\n");
const between = Buffer.from(",\n");
const closing = Buffer.from("\n}");
const nothing = Buffer.from("{}");

function joinEntries(entries: readonly Buffer[]): Buffer {
  if (entries.length === 0) return nothing;
  const parts: Buffer[] = [];
  for (const entry of entries) parts.push(parts.length === 0 ? opening : between, entry);
  return Buffer.concat([...parts, closing]);
}

/** The entries in the order of these keys; all others come after them. */
function inOrder<T>(map: ReadonlyMap<string, T>, keys: Iterable<string>): Map<string, T> {
  const ordered = new Map<string, T>();
  for (const key of keys) {
    const value = map.get(key);
    if (value !== undefined) ordered.set(key, value);
  }
  for (const [key, value] of map) if (!ordered.has(key)) ordered.set(key, value);
  return ordered;
}
