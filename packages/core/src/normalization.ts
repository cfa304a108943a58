/**
 * Brings text that identifies something into one form when it comes in. Two spellings that a person would call the
 * same must give the same key, because uniqueness rests on an index with binary collation.
 */

/**
 * The key under which a name is unique: NFC without characters that are not shown, then case-folded by way of upper
 * case (so that ß, ſ and ﬀ fold too).
 */
export function nameKey(name: string): string {
  return fold(name.normalize("NFC"));
}

/** The key under which a username is unique: as {@link nameKey}, and full-width and ligature forms are equal too. */
export function usernameKey(username: string): string {
  return fold(username.normalize("NFKC"));
}

function fold(text: string): string {
  return text.replaceAll(notShown, "").toUpperCase().toLowerCase();
}

/** Such as a zero-width space or a soft hyphen (Unicode, UAX 44: Default_Ignorable_Code_Point). */
const notShown = /\p{Default_Ignorable_Code_Point}/gu;

/** Whether a text shows anything. */
export function hasVisibleText(text: string): boolean {
  return /[^\s\p{Default_Ignorable_Code_Point}\p{Control}]/u.test(text);
}

/** An e-mail address in the form in which it is stored and compared: NFKC, trimmed, lower case. */
export function normalizeEmail(email: string): string {
  return email.normalize("NFKC").trim().toLowerCase();
}
