import { createHmac, randomBytes } from "node:crypto";
import type { EventEntity } from "./events.schema.ts";

/**
 * In an event a personal field is a commitment: HMAC-SHA-256 with a salt of its own. Salt and value are stored beside
 * it. The hash chain covers only the commitments, so erasing a person deletes salts and values and the chain still
 * verifies. Without its salt a commitment reveals nothing, and cannot even confirm a guessed value.
 */

/** The personal fields of each entity. */
const personalFields: Partial<Record<EventEntity, ReadonlySet<string>>> = {
  user: new Set([
    "username",
    "username_key",
    "email",
    "name",
    "external_id",
    "metadata",
    "client_metadata",
    "private_metadata",
  ]),
  organization: new Set(["billing_email", "billing_address"]),
  membership: new Set(["metadata"]),
  team_member: new Set(["metadata"]),
};

export type EventRow = Readonly<Record<string, unknown>>;

const commitmentKey = "$committed";

interface Revealed {
  readonly [pointer: string]: readonly [salt: string, value: unknown];
}

/** Splits event data into the text that is hashed and the personal part that is not. */
export function sealEventData(
  entity: EventEntity,
  before: EventRow | null,
  after: EventRow | null,
): { data: string; personal: string | null } {
  const fields = personalFields[entity];
  if (fields === undefined || !(isPersonal(before, fields) || isPersonal(after, fields))) {
    return { data: JSON.stringify({ before, after }), personal: null };
  }
  const revealed: Record<string, readonly [string, unknown]> = {};
  const sealed = {
    before: sealRow(before, "before", fields, revealed),
    after: sealRow(after, "after", fields, revealed),
  };
  const data = JSON.stringify(sealed);
  return { data, personal: isEmpty(revealed) ? null : JSON.stringify(revealed) };
}

/** Whether a row has personal values. Most rows have none and are stored unchanged. */
function isPersonal(row: EventRow | null, fields: ReadonlySet<string>): boolean {
  if (row === null) return false;
  for (const field of fields) if (!isNothing(row[field])) return true;
  return false;
}

function sealRow(
  row: EventRow | null,
  side: string,
  fields: ReadonlySet<string>,
  revealed: Record<string, readonly [string, unknown]>,
): EventRow | null {
  if (row === null) return null;
  const sealed: Record<string, unknown> = {};
  for (const key in row) {
    const value = row[key];
    if (!fields.has(key) || isNothing(value)) {
      sealed[key] = value;
      continue;
    }
    const salt = randomBytes(16).toString("base64url");
    revealed[`${side}/${key}`] = [salt, value];
    sealed[key] = { [commitmentKey]: commitmentOf(salt, value) };
  }
  return sealed;
}

/** The original rows, with `null` where personal data has been erased. */
export function openEventData(
  data: string,
  personal: string | null,
): { before: EventRow | null; after: EventRow | null } {
  const sealed = JSON.parse(data) as { before: EventRow | null; after: EventRow | null };
  const revealed = personal === null ? {} : (JSON.parse(personal) as Revealed);
  return {
    before: openRow(sealed.before, "before", revealed),
    after: openRow(sealed.after, "after", revealed),
  };
}

function openRow(row: EventRow | null, side: string, revealed: Revealed): EventRow | null {
  if (row === null) return null;
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) =>
      isCommitment(value) ? [key, revealed[`${side}/${key}`]?.[1] ?? null] : [key, value],
    ),
  );
}

/** True if every personal value that is left matches its commitment, and none is there without one. */
export function isPersonalDataTrue(data: string, personal: string | null): boolean {
  if (personal === null) return true;
  const sealed = JSON.parse(data) as Record<string, EventRow | null>;
  return Object.entries(JSON.parse(personal) as Revealed).every(([place, [salt, value]]) => {
    const [side, key] = place.split("/") as [string, string];
    const commitment = sealed[side]?.[key];
    return isCommitment(commitment) && commitment[commitmentKey] === commitmentOf(salt, value);
  });
}

function commitmentOf(salt: string, value: unknown): string {
  return createHmac("sha256", salt).update(JSON.stringify(value)).digest("base64url");
}

function isCommitment(value: unknown): value is { readonly [commitmentKey]: string } {
  return typeof value === "object" && value !== null && commitmentKey in value;
}

/** True for values that need no protection. */
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "object" && isEmpty(value));
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}
