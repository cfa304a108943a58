export { type BackupOptions, backupPlacedFiles } from "./backup/backup.ts";
export { type Restored, restorePlacedFiles } from "./backup/restore.ts";
export {
  type MoveStep,
  type MoveTarget,
  type MoveTenantOptions,
  moveTenant,
  type TenantMove,
  undoMove,
} from "./move/move-tenant.ts";
export { newDatabaseName, type PlaceServer } from "./place-server.ts";
export {
  createPlacedStorage,
  type PlacedStorage,
  type PlacedStorageOptions,
} from "./placed-storage.ts";
export { createPostgresPlaces } from "./postgres-places.ts";
export { createSqlitePlaces } from "./sqlite-places.ts";
