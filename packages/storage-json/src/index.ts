export { assertDirectoryUnused } from "./assert-unused.ts";
export { backupJsonDirectory } from "./backup.ts";
export { openJsonCopyTarget } from "./copy-target.ts";
export { type DirectoryInspection, findOpenToOthers, inspectJsonDirectory } from "./inspect.ts";
export { type JsonStorage, type JsonStorageOptions, openJsonStorage } from "./json-storage.ts";
export { restoreJsonDirectory } from "./restore.ts";
export { findMisfits } from "./source-limits.ts";
