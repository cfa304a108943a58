export { constraintError, type Violation } from "./constraints.ts";
export { copiedTables } from "./copies/tables.ts";
export {
  postgresDialect,
  type SqlDialect,
  sqliteApplicationId,
  sqliteDialect,
  tenantSetting,
} from "./dialect.ts";
export { lastPosition, readChanges } from "./events/changes.sql.ts";
export type { Migration } from "./migrations/migration.ts";
export { migrations } from "./migrations/migrations.ts";
export {
  ledgerTable,
  ledgerTables,
  migrateToLatest,
  type SchemaState,
  schemaState,
  unfinishedCopy,
} from "./migrator.ts";
export { findFence } from "./moves/moves.sql.ts";
export { watchStatements } from "./moves/watching.ts";
export { defineEveryPage } from "./page-query.ts";
export { createPorts } from "./ports.ts";
export { bind, type CompiledForm, definedQueries, type Query } from "./query.ts";
export { createRevocablePorts, type RevocablePorts } from "./revocable-ports.ts";
export type { Database } from "./schema.ts";
export type { Session, SqlValue } from "./session.ts";
