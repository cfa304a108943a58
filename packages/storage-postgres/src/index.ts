export { openPostgresCopyTarget } from "./copy-target.ts";
export {
  createPostgresDatabase,
  dropPostgresDatabase,
  hasPostgresDatabase,
  lockPostgresDatabase,
} from "./databases.ts";
export {
  inspectPostgresDatabase,
  type PostgresInspection,
  type ReplicaInspection,
} from "./inspect.ts";
export { assertNoOtherProgram } from "./other-programs.ts";
export {
  openPostgresStorage,
  type PostgresStorageOptions,
  preparePostgresDatabase,
} from "./postgres-storage.ts";
