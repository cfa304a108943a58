import type { Awaitable } from "../awaitable.ts";

/** A key pair that signs access tokens. It belongs to the installation, not to a tenant. */
export interface SigningKeyRecord {
  readonly id: string;
  readonly algorithm: string;
  /** JSON Web Key (RFC 7517) as text. */
  readonly public_jwk: string;
  readonly private_jwk: string;
  readonly created_at: string;
}

/** An operator key. Only its SHA-256 hash is stored. */
export interface OperatorKeyRecord {
  readonly id: string;
  readonly key_hash: string;
  readonly created_at: string;
}

export interface KeyStore {
  insertSigningKey(record: SigningKeyRecord): Awaitable<void>;
  /** Newest first. */
  listSigningKeys(): Awaitable<readonly SigningKeyRecord[]>;
  insertOperatorKey(record: OperatorKeyRecord): Awaitable<void>;
  removeOperatorKeys(): Awaitable<void>;
  listOperatorKeys(): Awaitable<readonly OperatorKeyRecord[]>;
}
