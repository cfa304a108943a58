/**
 * Brings text that identifies something into one form when it comes in. Two spellings that a person would call the
 * same must give the same key, because uniqueness rests on an index with binary collation.
 */

/** The key under which a name is unique: NFC, then case-folded by way of upper case (so that ß, ſ and ﬀ fold too). */
export function nameKey(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase();
}

/** The key under which a username is unique: as {@link nameKey}, and full-width and ligature forms are equal too. */
export function usernameKey(username: string): string {
  return username.normalize("NFKC").toUpperCase().toLowerCase();
}

/** An e-mail address in the form in which it is stored and compared: NFKC, trimmed, lower case. */
export function normalizeEmail(email: string): string {
  return email.normalize("NFKC").trim().toLowerCase();
}
