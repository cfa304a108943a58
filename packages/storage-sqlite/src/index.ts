export { assertUnused } from "./assert-unused.ts";
export { copySqliteFile, type PagesCopied } from "./backup.ts";
export { openSqliteCopyTarget } from "./copy-target.ts";
export { type Inspection, inspectSqliteFile } from "./inspect.ts";
export { assertRestorable, setAsideSqliteFile } from "./restore.ts";
export { openSqliteStorage, type SqliteStorageOptions } from "./sqlite-storage.ts";
