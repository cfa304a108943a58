import type { SqlDialect } from "../dialect.ts";

/** A step of the schema, forward only: undoing one is restoring a backup. */
export interface Migration {
  /** `NNNN-what`: the order is the names', and the ledger holds them. */
  readonly name: string;
  /** The statements, in order. They run in one transaction. */
  statements(dialect: SqlDialect): readonly string[];
}
