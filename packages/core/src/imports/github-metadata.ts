import { z } from "zod";
import { jsonObjectField, nameField } from "../fields.ts";
import { givenFields } from "../input.ts";
import { normalizeEmail, usernameKey } from "../normalization.ts";
import type { Organization } from "../organizations/organizations.schema.ts";
import type { Team } from "../teams/teams.schema.ts";
import type { GithubOrganization, GithubTeam } from "./github-file.schema.ts";

/**
 * What the format has and our records lack is kept in their metadata under `github`, so that an export reproduces the
 * file: extra fields, the order of lists, and spellings that we normalize. Whatever our records do have is read from
 * them, so that changes made here are exported.
 */
export const githubKey = "github";

const position = z.number().optional().catch(undefined);

const keptSchema = z.object({
  /** The entry's position in its list; only the order of these numbers matters. */
  position,
  /** Fields that our records lack. */
  fields: jsonObjectField.optional().catch(undefined),
  /** Our fields as the file spells them, where that differs. */
  written: z.record(z.string(), z.string()).optional().catch(undefined),
  /** Fields that the file leaves out where other files have `null` or an empty list. */
  absent: z.array(z.string()).optional().catch(undefined),
  /** What the file has besides its organizations. */
  file: jsonObjectField.optional().catch(undefined),
});
const placeSchema = z.object({ position, login: z.string().optional().catch(undefined) });

export type Kept = z.infer<typeof keptSchema>;
/**
 * What is kept about a person's place in a list: the position, and the login where the list spells it differently
 * from the user.
 */
export type KeptPlace = z.infer<typeof placeSchema>;

/** The file's fields are JSON, and ours are converted to it. */
export type KeptFields = Organization["metadata"];

type Metadata = Readonly<Record<string, unknown>>;

/** What an import left in the metadata. It is validated, because applications write metadata as well. */
export function keptOf(metadata: Metadata): Kept | undefined {
  return keptSchema.safeParse(metadata[githubKey]).data;
}

export function keptPlaceOf(metadata: Metadata): KeptPlace {
  return placeSchema.safeParse(metadata[githubKey]).data ?? {};
}

const organizationLists = ["admins", "members", "teams"] as const;
const teamLists = ["maintainers", "members", "teams"] as const;

/** The organization's slug, made from its login. */
export function slugOf(login: string): string {
  return login.toLowerCase();
}

export function nameOf(written: string): string {
  return nameField.parse(written);
}

export function keepOrganization(raw: GithubOrganization, at: number, file: Metadata): KeptFields {
  const { login, name, billing_email, admins: _, members: __, teams: ___, ...fields } = raw;
  const written = givenFields({
    login: unlessSame(login, slugOf(login)),
    name: unlessSame(name, nameOf(name)),
    billing_email: billing_email
      ? unlessSame(billing_email, normalizeEmail(billing_email))
      : undefined,
  });
  const absent = ["billing_email", ...organizationLists].filter((key) => !Object.hasOwn(raw, key));
  return withoutEmpty({ position: at, fields, written, absent, file });
}

export function keepTeam(raw: GithubTeam, at: number): KeptFields {
  const { name, description: _, maintainers: __, members: ___, teams: ____, ...fields } = raw;
  const written = givenFields({ name: unlessSame(name, nameOf(name)) });
  const absent = ["description", ...teamLists].filter((key) => !Object.hasOwn(raw, key));
  return withoutEmpty({ position: at, fields, written, absent });
}

export function keepPlace(
  login: string,
  username: string | null,
  at: number,
): Record<string, string | number> {
  return login === username ? { position: at } : { position: at, login };
}

interface OrganizationLists {
  readonly admins: readonly string[];
  readonly members: readonly string[];
  readonly teams: readonly Record<string, unknown>[];
}

/** The organization in the format's form. */
export function renderOrganization(
  record: Pick<Organization, "slug" | "name" | "billing_email" | "metadata">,
  lists: OrganizationLists,
): Record<string, unknown> {
  const kept = keptOf(record.metadata);
  const { login, name, billing_email } = kept?.written ?? {};
  const email = record.billing_email;
  const rendered = {
    login: asWritten(login, slugOf, record.slug),
    name: asWritten(name, nameOf, record.name),
    billing_email: email === null ? null : asWritten(billing_email, normalizeEmail, email),
    ...kept?.fields,
    ...lists,
  };
  return leaveOut(rendered, kept === undefined ? ["billing_email"] : (kept.absent ?? []));
}

interface TeamLists {
  readonly maintainers: readonly string[];
  readonly members: readonly string[];
  readonly teams: readonly Record<string, unknown>[];
}

/** The team in the format's form. */
export function renderTeam(
  team: Pick<Team, "name" | "description" | "metadata">,
  lists: TeamLists,
): Record<string, unknown> {
  const kept = keptOf(team.metadata);
  const rendered = {
    name: asWritten(kept?.written?.name, nameOf, team.name),
    description: team.description,
    ...kept?.fields,
    ...lists,
  };
  return leaveOut(rendered, kept === undefined ? ["description"] : (kept.absent ?? []));
}

/** A person's login in a list. Users without a username are named by their id, which the import understands. */
export function renderLogin(
  place: KeptPlace,
  user: { readonly id: string; readonly username: string | null },
): string {
  const { id, username } = user;
  return username === null
    ? id
    : asWritten(place.login, usernameKey, username, usernameKey(username));
}

function unlessSame(written: string, normalized: string): string | undefined {
  return written === normalized ? undefined : written;
}

/** The file's spelling, as long as it still denotes the record's present value. */
function asWritten(
  written: string | undefined,
  normalize: (text: string) => string,
  present: string,
  key: string = present,
): string {
  return written !== undefined && normalizeSafely(written, normalize) === key ? written : present;
}

function normalizeSafely(text: string, normalize: (text: string) => string): string | undefined {
  try {
    return normalize(text);
  } catch {
    return undefined;
  }
}

function leaveOut(
  rendered: Record<string, unknown>,
  absent: readonly string[],
): Record<string, unknown> {
  const entries = Object.entries(rendered);
  return Object.fromEntries(
    entries.filter(([key, value]) => !(absent.includes(key) && isEmpty(value))),
  );
}

function withoutEmpty(kept: Record<string, unknown>): KeptFields {
  return Object.fromEntries(
    Object.entries(kept).filter(([, value]) => !isEmpty(value)),
  ) as KeptFields;
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}
