import {
  createPostgresDatabase,
  dropPostgresDatabase,
  hasPostgresDatabase,
  lockPostgresDatabase,
  openPostgresStorage,
  type PostgresStorageOptions,
  preparePostgresDatabase,
} from "@tenantry/storage-postgres";
import { assertDatabaseName, type PlaceServer } from "./place-server.ts";

/** One connection listens, one reads and one writes. */
const least = 3;
const most = 17;

/** Tenants' databases on a PostgreSQL server. */
export function createPostgresPlaces(options: PostgresStorageOptions): PlaceServer {
  const optionsOf = (database: string): PostgresStorageOptions => {
    assertDatabaseName(database);
    const { url, ownerUrl } = options;
    const there = { ...options, url: withDatabase(url, database) };
    return ownerUrl === undefined
      ? there
      : { ...there, ownerUrl: withDatabase(ownerUrl, database) };
  };
  return {
    connections: { least, most },
    async make(database) {
      assertDatabaseName(database);
      await createPostgresDatabase(options, database);
      await preparePostgresDatabase(optionsOf(database));
    },
    exists: (database) => hasPostgresDatabase(options, database),
    async open(database, connections) {
      return await openPostgresStorage({ ...optionsOf(database), poolSize: connections - 1 });
    },
    async drop(database) {
      assertDatabaseName(database);
      await dropPostgresDatabase(options, database);
    },
    tryLock: (database) => lockPostgresDatabase(options, database),
  };
}

function withDatabase(url: string, database: string): string {
  const there = new URL(url);
  there.pathname = `/${database}`;
  return there.href;
}
