import { createHash, randomBytes } from "node:crypto";
import type { Storage } from "@tenantry/core";

/** A server, or a directory, in which tenants have databases of their own. */
export interface PlaceServer {
  /** How many connections an open database is given: as many as it needs, and as many as it can use. */
  readonly connections: { readonly least: number; readonly most: number };
  /**
   * Makes an empty database with the newest schema, with at most `connections.least` connections.
   *
   * @throws {DomainError} `storage_unavailable` where that is not allowed, saying what to do.
   */
  make(database: string): Promise<void>;
  exists(database: string): Promise<boolean>;
  /**
   * Opens a database that is there, and brings it to the newest schema.
   *
   * @throws {DomainError} `storage_unavailable` where it is not there; it is never made by this.
   */
  open(database: string, connections: number): Promise<Storage>;
  /** Removes a database for good, whoever has it open; nothing where there is none. */
  drop(database: string): Promise<void>;
  /**
   * Takes the lock of whoever makes or removes a database, on one connection of its own; nothing where another process holds it. It ends with the process,
   * however that ends.
   */
  tryLock(database: string): Promise<PlaceLock | undefined>;
}

export interface PlaceLock {
  release(): Promise<void>;
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
const nameOfOurs = /^tenantry_[a-z2-7]{26}$/;

/** A database's name. Nothing that a user wrote is in it, so that it needs no quotes and meets no other's. */
export function newDatabaseName(): string {
  return toName(randomBytes(26));
}

function toName(bytes: Uint8Array): string {
  const letters = [...bytes].map((byte) => alphabet[byte % alphabet.length]);
  return `tenantry_${letters.join("")}`;
}

/** The name under which the removal of a tenant is locked that has no database of its own. */
export function lockNameOf(tenantId: string): string {
  return toName(createHash("sha256").update(tenantId).digest().subarray(0, 26));
}

/** Whatever a table says: no other name reaches a server or a path. */
export function assertDatabaseName(database: string): void {
  if (!nameOfOurs.test(database)) throw new Error(`${database} is not a database of ours`);
}
