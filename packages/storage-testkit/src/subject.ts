import type { Storage } from "@tenantry/core";

/** An empty storage that a test has for itself. */
export interface OpenedStorage {
  readonly storage: Storage;
  /** Opens the same data once more, as another process would. The test closes it. */
  openAnother?(): Promise<Storage>;
  /**
   * The schema as text, of this storage and of one that began at the oldest release and was upgraded: the same where every
   * migration was written with care.
   */
  describeSchemas?(): Promise<{ readonly fresh: string; readonly upgraded: string }>;
  /** Closes the storage, if that was not done, and removes what it left. */
  dispose(): Promise<void>;
}

/** What a storage may lack. Each is left out by name and with the reason. */
export type OptionalGuarantee = "several-processes" | "schema-upgrade" | "tenant-moves";

/** A storage under test. */
export interface ConformanceSubject {
  readonly name: string;
  open(): Promise<OpenedStorage>;
  /** `{ "several-processes": "an in-memory database has one" }` */
  readonly without?: Partial<Record<OptionalGuarantee, string>>;
}
