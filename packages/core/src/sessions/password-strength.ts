import { DomainError } from "../errors.ts";

/** The passwords that attackers try first. The list is short; rate limits do the rest. */
const tooCommon: ReadonlySet<string> = new Set([
  "12345678",
  "123456789",
  "1234567890",
  "11111111",
  "00000000",
  "87654321",
  "abcd1234",
  "abc12345",
  "password",
  "password1",
  "password12",
  "password123",
  "passw0rd",
  "p@ssw0rd",
  "qwertyui",
  "qwerty123",
  "qwertyuiop",
  "1q2w3e4r",
  "1qaz2wsx",
  "asdfghjkl",
  "iloveyou",
  "sunshine",
  "princess",
  "football",
  "baseball",
  "superman",
  "trustno1",
  "welcome1",
  "letmein1",
  "changeme",
  "whatever",
  "starwars",
  "computer",
  "administrator",
]);

/**
 * Refuses passwords that are guessed first: well-known ones, and the user's own address or name (NIST SP 800-63B,
 * section 5.1.1.2).
 *
 * @throws {DomainError} `weak_password`.
 */
export function assertStrongPassword(
  password: string,
  personal: readonly string[],
  pointer = "/password",
): void {
  const folded = password.toLowerCase();
  const own = personal.flatMap((text) => [text, text.split("@")[0] ?? ""]);
  const isOwn = own.some((text) => text !== "" && text.toLowerCase() === folded);
  if (!isOwn && !tooCommon.has(folded)) return;
  throw new DomainError("weak_password", "The password is easy to guess; choose another", {
    fields: [{ pointer, detail: "is easy to guess" }],
  });
}
