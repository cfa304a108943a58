/**
 * Parts of the SQLite storage, for a storage that keeps a SQLite database in memory and stores its content elsewhere.
 * Not a public interface: they change with the storage that they are part of.
 */
export { makeBackup, syncTree, whereSetAside } from "./backup-place.ts";
export { assertSqliteVersion, openHandle } from "./connection.ts";
export { inMemory, prepareDatabaseFile } from "./database-file.ts";
export { syncDirectory, syncPath, toFileError } from "./durable-rename.ts";
export { countRows, findCountFaults } from "./inspect.ts";
export { migrateHandle } from "./migrate.ts";
export { placeTaken, replacedName } from "./restore.ts";
export { createSavepoint } from "./savepoint.ts";
export { createMemorySnapshots, type Snapshots } from "./snapshots.ts";
export { isBusy } from "./sqlite-error.ts";
export { createSqliteSession, createWaitingSession, type SqliteSession } from "./sqlite-session.ts";
export { backoffMs } from "./waiting.ts";
export type { WriteLock } from "./write-lock.ts";
export { createWriteQueue, type WriteQueue } from "./write-queue.ts";
export { openWriterNote, type WriterNote } from "./writer-note.ts";
