import { createHash, randomBytes } from "node:crypto";
import type { Storage } from "@tenantry/core";

/** A server, or a directory, that holds tenants' own databases. */
export interface PlaceServer {
  /** How many connections an open database gets: the minimum it needs, and the maximum it can use. */
  readonly connections: { readonly least: number; readonly most: number };
  /**
   * Creates an empty database with the newest schema, using at most `connections.least` connections.
   *
   * @throws {DomainError} `storage_unavailable` where that is not allowed, saying what to do.
   */
  make(database: string): Promise<void>;
  exists(database: string): Promise<boolean>;
  /**
   * Opens an existing database and migrates it to the newest schema.
   *
   * @throws {DomainError} `storage_unavailable` where it does not exist; it is never created here.
   */
  open(database: string, connections: number): Promise<Storage>;
  /** Drops a database for good, even if it is in use. Does nothing where there is none. */
  drop(database: string): Promise<void>;
  /**
   * Takes the lock for creating or removing a database, on a connection of its own; undefined where another process
   * holds it. It is released when the process ends, however that happens.
   */
  tryLock(database: string): Promise<PlaceLock | undefined>;
}

export interface PlaceLock {
  release(): Promise<void>;
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
const nameOfOurs = /^tenantry_[a-z2-7]{26}$/;

/** Generates a database name. It contains nothing that a user wrote, so it needs no quotes and is unique. */
export function newDatabaseName(): string {
  return toName(randomBytes(26));
}

function toName(bytes: Uint8Array): string {
  const letters = [...bytes].map((byte) => alphabet[byte % alphabet.length]);
  return `tenantry_${letters.join("")}`;
}

/** The lock's name for removing a tenant without a database of its own. */
export function lockNameOf(tenantId: string): string {
  return toName(createHash("sha256").update(tenantId).digest().subarray(0, 26));
}

/** Refuses any other form of name, whatever a table says, before it reaches a server or a path. */
export function assertDatabaseName(database: string): void {
  if (!nameOfOurs.test(database)) throw new Error(`${database} is not a database of ours`);
}
