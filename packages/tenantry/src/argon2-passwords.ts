import { hash, verify } from "@node-rs/argon2";
import type { PasswordHasher } from "@tenantry/core";

/**
 * OWASP's minimum for Argon2id, and the library's default: 19 MiB, two passes, one lane. The work runs on a thread of
 * its own.
 */
const parameters = {
  memoryCost: 19 * 1024,
  timeCost: 2,
  parallelism: 1,
};

/** Passwords as Argon2id hashes (RFC 9106) in PHC string format. */
export const argon2Passwords: PasswordHasher = {
  hash: (password) => hash(password, parameters),
  async verify(passwordHash, password) {
    try {
      return await verify(passwordHash, password);
    } catch {
      // A malformed hash matches no password.
      return false;
    }
  },
};
