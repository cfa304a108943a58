import type { SqlDialect } from "../dialect.ts";

/** A step of the schema. There are no down migrations; to undo one, restore a backup. */
export interface Migration {
  /** `NNNN-what`. Migrations run in the order of their names, and the ledger stores the names. */
  readonly name: string;
  /** The statements, in order. They run in one transaction. */
  statements(dialect: SqlDialect): readonly string[];
}
