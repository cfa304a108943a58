export { openSqliteStorage, type SqliteStorageOptions } from "./sqlite-storage.ts";
