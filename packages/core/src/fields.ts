import { z } from "zod";
import { nameKey, normalizeEmail } from "./normalization.ts";

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
  .min(1, "is empty; give 1 to 255 characters")
  .max(255, "is longer than 255 characters");

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

const metadataBytes = 64 * 1024;

/** A JSON object that belongs to the application; at most 64 KiB as JSON. */
export const metadataField = z
  .record(z.string().max(255), z.json(), "is not an object; give one such as {}")
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= metadataBytes, {
    error: "is larger than 64 KiB as JSON",
  });

/** A search text, folded like the keys that it is compared with, so that case does not matter. */
export const searchField = z.string().max(255).overwrite(nameKey);
