import { randomUUID } from "node:crypto";
import {
  DomainError,
  type Engine,
  ensureSigningKeys,
  isDomainError,
  type SigningKeyRecord,
} from "@tenantry/core";
import {
  type CryptoKey,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from "jose";

/** The claims of an access token whose signature and claims were verified. */
export interface TokenClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly tenantId: string;
  readonly expiresAtMs: number;
}

export interface AccessTokens {
  readonly ttlSeconds: number;
  issue(claims: Omit<TokenClaims, "expiresAtMs">): Promise<string>;
  /**
   * @throws {DomainError} `invalid_token`; or what the storage throws while the keys are read, which does not mean
   * that the token is invalid.
   */
  verify(token: string): Promise<TokenClaims>;
  /** The public keys as a JSON Web Key Set (RFC 7517). */
  publicKeys(): Promise<{ keys: PublicKey[] }>;
}

interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: "sig";
}

export interface AccessTokenOptions {
  readonly engine: Engine;
  /** The issuer: the server's public address. */
  readonly issuer: string;
  readonly ttlSeconds: number;
}

/** One algorithm and one type. A token's header is compared with these, and never chooses them. */
const algorithm = "EdDSA";
const tokenType = "at+jwt";
/** How far ahead the clock of another of our servers may be. */
const clockSkewSeconds = 60;

/** Issues and verifies access tokens (RFC 9068) with the installation's own keys. */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { engine, issuer, ttlSeconds } = options;
  const audience = audienceOf(issuer);
  const keys = createKeyRing(engine);

  return {
    ttlSeconds,
    async issue({ userId, sessionId, tenantId }) {
      const key = await keys.signing();
      const now = Math.floor(engine.clock() / 1000);
      return await new SignJWT({ sid: sessionId, tid: tenantId })
        .setProtectedHeader({ alg: algorithm, typ: tokenType, kid: key.id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + ttlSeconds)
        .sign(key.private);
    },
    async verify(token) {
      if (!isSpeltAsIssued(token)) throw invalidToken();
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => keys.verifying(kid), {
          issuer,
          audience,
          typ: tokenType,
          algorithms: [algorithm],
          requiredClaims: ["sub", "exp", "iat", "jti"],
          currentDate: new Date(engine.clock()),
        });
        return claimsOf(payload, Math.floor(engine.clock() / 1000));
      } catch (error) {
        throw error instanceof errors.JOSEError ? invalidToken(error) : error;
      }
    },
    async publicKeys() {
      return { keys: await keys.published() };
    },
  };
}

/** The API that the tokens are for. It keeps tokens of another API that trusts the same keys out. */
export function audienceOf(issuer: string): string {
  return `${issuer}/api/v1`;
}

/**
 * The last letter of a signature has unused bits, so that one token could be written in sixteen ways. Only the issued
 * spelling is accepted.
 */
function isSpeltAsIssued(token: string): boolean {
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
}

function claimsOf(payload: Readonly<Record<string, unknown>>, now: number): TokenClaims {
  const { sub, sid, tid, exp, iat } = payload;
  if (typeof sub !== "string" || typeof sid !== "string" || typeof tid !== "string") {
    throw invalidToken(new Error("a claim is missing"));
  }
  if (typeof exp !== "number" || typeof iat !== "number" || iat > now + clockSkewSeconds) {
    throw invalidToken(new Error("a time is wrong"));
  }
  return { userId: sub, sessionId: sid, tenantId: tid, expiresAtMs: exp * 1000 };
}

export function invalidToken(cause?: unknown): DomainError {
  return new DomainError(
    "invalid_token",
    "The token is not valid or has expired; refresh it or sign in again",
    cause === undefined ? {} : { cause },
  );
}

/** Whether a token was refused only because it has expired; its signature and every other claim were right. */
export function hasExpired(error: unknown): boolean {
  return isDomainError(error, "invalid_token") && error.cause instanceof errors.JWTExpired;
}

interface KeyRing {
  signing(): Promise<{ readonly id: string; readonly private: CryptoKey }>;
  verifying(id: string | undefined): Promise<CryptoKey>;
  published(): Promise<PublicKey[]>;
}

/**
 * The installation's key pairs. Read from the storage when first needed, and again when another process may have
 * created one.
 */
function createKeyRing(engine: Engine): KeyRing {
  let readAt = -1;
  let records: readonly SigningKeyRecord[] = [];
  const publicKeys = new Map<string, CryptoKey>();
  let signing: { readonly id: string; readonly private: CryptoKey } | undefined;

  async function load(): Promise<readonly SigningKeyRecord[]> {
    const commits = engine.storage.foreignCommits(null);
    if (records.length > 0 && commits === readAt) return records;
    records = await ensureSigningKeys(engine, generate);
    readAt = commits;
    return records;
  }

  return {
    async signing() {
      const newest = (await load())[0];
      if (newest === undefined) throw new Error("There is no signing key");
      if (signing?.id !== newest.id) {
        signing = { id: newest.id, private: await importKey(newest.private_jwk) };
      }
      return signing;
    },
    async verifying(id) {
      const record = (await load()).find((one) => one.id === id);
      if (record === undefined) throw invalidToken(new Error("no such key"));
      const known = publicKeys.get(record.id);
      if (known !== undefined) return known;
      const key = await importKey(record.public_jwk);
      publicKeys.set(record.id, key);
      return key;
    },
    async published() {
      return (await load()).map((record) => {
        const { kty = "", crv = "", x = "" } = JSON.parse(record.public_jwk) as JWK;
        return { kty, crv, x, kid: record.id, alg: record.algorithm, use: "sig" };
      });
    },
  };
}

async function generate(): Promise<Omit<SigningKeyRecord, "id" | "created_at">> {
  const pair = await generateKeyPair(algorithm, { crv: "Ed25519", extractable: true });
  return {
    algorithm,
    public_jwk: JSON.stringify(await exportJWK(pair.publicKey)),
    private_jwk: JSON.stringify(await exportJWK(pair.privateKey)),
  };
}

async function importKey(jwk: string): Promise<CryptoKey> {
  const key = await importJWK(JSON.parse(jwk) as JWK, algorithm);
  if (key instanceof Uint8Array) throw new Error("The signing key is not a key pair");
  return key;
}
