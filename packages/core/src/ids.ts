import { randomBytes } from "node:crypto";
import { typeid } from "typeid-js";

/** What an id of ours names; the prefix stands before the underscore. */
export type IdPrefix =
  | "ten"
  | "user"
  | "org"
  | "mem"
  | "team"
  | "evt"
  | "ses"
  | "res"
  | "key"
  | "imp";

/**
 * A new id, `prefix_` and a UUIDv7 in base32 (TypeID): time-ordered, so that new rows land at the
 * end of every index. Ids are looked up and never parsed: nothing in Tenantry reads meaning out of one.
 */
export function newId(prefix: IdPrefix): string {
  return typeid(prefix).toString();
}

/** Crockford's alphabet: no letters that people confuse, safe in URLs and file names. */
const base32 = "0123456789abcdefghjkmnpqrstvwxyz";

/** A random string of base32 letters; 5 bits a letter. */
export function randomBase32(length: number): string {
  let text = "";
  for (const byte of randomBytes(length)) text += base32[byte & 31];
  return text;
}
