import { z } from "zod";
import { hasVisibleText, nameKey, normalizeEmail } from "./normalization.ts";

/** Field schemas shared by several records. Messages say what is required, because users read them in errors. */

/** Any id. Ids are looked up and never parsed; an id that is not one of ours is simply not found. */
export const idField = z
  .string()
  .min(1, "is empty; give an id")
  .max(255, "is longer than 255 characters");

/** UTC, ISO 8601 with milliseconds and `Z`. All have the same width, so text order is time order. */
export const timeField = z.iso.datetime();

export const nameField = z
  .string("is not text; give a name")
  .normalize("NFC")
  .trim()
  .min(1, { error: "is empty; give 1 to 255 characters", abort: true })
  .max(255, "is longer than 255 characters")
  .refine(hasVisibleText, "has only characters that are not shown; give some text");

export const slugField = z
  .string()
  .max(63, "is longer than 63 characters")
  .regex(
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
    "use lower-case letters, digits and hyphens, with a letter or digit at both ends",
  );

/** A key that applications use in code, for a role, a plan or a type. */
export const keyField = z
  .string()
  .max(63, "is longer than 63 characters")
  .regex(/^[a-z][a-z0-9_-]*$/, "use lower-case letters, digits, _ and -, beginning with a letter");

export const externalIdField = z
  .string()
  .min(1, "is empty")
  .max(255, "is longer than 255 characters");

/** ASCII after normalization: an address that cannot be compared safely is refused. */
export const emailField = z
  .string("is not text; give an e-mail address")
  .max(254, "is longer than 254 characters (RFC 5321)")
  .overwrite(normalizeEmail)
  .regex(
    /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/,
    "is not an e-mail address; give one such as ann@example.com",
  );

/** A label, not a proof of ownership: only its form is checked, and it must contain a dot. */
export const domainField = z
  .string()
  .trim()
  .toLowerCase()
  .max(253, "is longer than 253 characters")
  .regex(
    /^(?=.*\.)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/,
    "is not a domain; give one with a dot, such as example.com",
  );

/**
 * Any JSON value. `z.json()` accepts the same, but it is a schema that refers to itself, for which zod keeps a record of
 * every object that it parses.
 */
const jsonField = z
  .unknown()
  .refine(
    isJson,
    "is not JSON; give text, a number, true, false, null, a list or an object of these",
  ) as unknown as z.ZodType<JsonValue, JsonValue>;

type JsonValue = z.core.util.JSONType;

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  // Not `every`, which skips the holes of a list.
  if (Array.isArray(value)) return Array.from(value).every(isJson);
  return z.core.util.isPlainObject(value) && Object.values(value).every(isJson);
}

/** A JSON object of any content. */
export const jsonObjectField = z.record(z.string(), jsonField);

const metadataBytes = 64 * 1024;

/** A JSON object that belongs to the application; at most 64 KiB as JSON. */
export const metadataField = z
  .record(z.string().max(255), jsonField, "is not an object; give one such as {}")
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= metadataBytes, {
    error: "is larger than 64 KiB as JSON",
  });

/** A search text, folded like the keys that it is compared with, so that case does not matter. */
export const searchField = z.string().max(255).overwrite(nameKey);
