import type { Storage } from "@tenantry/core";

/** An empty storage that only one test uses. */
export interface OpenedStorage {
  readonly storage: Storage;
  /** Opens the same data again, as another process would. The test closes it. */
  openAnother?(): Promise<Storage>;
  /**
   * The schema as text: of this storage, and of one that was created by the oldest release and then upgraded. The two must
   * be equal.
   */
  describeSchemas?(): Promise<{ readonly fresh: string; readonly upgraded: string }>;
  /** Closes the storage if it is still open, and removes its files or databases. */
  dispose(): Promise<void>;
}

/** The guarantees that a storage may leave out, by name and with a reason. */
export type OptionalGuarantee = "several-processes" | "schema-upgrade" | "tenant-moves";

/** A storage under test. */
export interface ConformanceSubject {
  readonly name: string;
  open(): Promise<OpenedStorage>;
  /** `{ "several-processes": "an in-memory database has one" }` */
  readonly without?: Partial<Record<OptionalGuarantee, string>>;
}
