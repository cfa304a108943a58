export { assertUnused } from "./assert-unused.ts";
export { type BackupOptions, backupSqliteFile } from "./backup.ts";
export { openSqliteCopyTarget } from "./copy-target.ts";
export { type Inspection, inspectSqliteFile } from "./inspect.ts";
export { type RestoreOptions, restoreSqliteFile } from "./restore.ts";
export { openSqliteStorage, type SqliteStorageOptions } from "./sqlite-storage.ts";
