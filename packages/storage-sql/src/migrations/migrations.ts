import { initialMigration } from "./0001-initial.ts";
import type { Migration } from "./migration.ts";

/** Every migration, in order. One that was released is never changed: another is added after it. */
export const migrations: readonly Migration[] = [initialMigration];
