/**
 * How text that identifies something is brought into one form, once, on the way in. Two spellings that
 * a person would call the same must give the same key, because uniqueness rests on an index in binary collation.
 */

/** The key under which a name is unique: NFC, then case folded by way of upper case (ß, ſ and ﬀ fold too). */
export function nameKey(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase();
}

/** The key under which a username is unique: as {@link nameKey}, but full-width and ligature forms are one, too. */
export function usernameKey(username: string): string {
  return username.normalize("NFKC").toUpperCase().toLowerCase();
}

/** An e-mail address in the one form in which it is stored and compared: NFKC, trimmed, lower case. */
export function normalizeEmail(email: string): string {
  return email.normalize("NFKC").trim().toLowerCase();
}
