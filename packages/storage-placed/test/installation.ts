import { join } from "node:path";
import { announceMove, createEngine, type Engine, type Storage } from "@tenantry/core";
import { openPostgresStorage } from "@tenantry/storage-postgres";
import { openSqliteStorage } from "@tenantry/storage-sqlite";
import {
  createPlacedStorage,
  createPostgresPlaces,
  createSqlitePlaces,
  type MoveTenantOptions,
  type PlaceServer,
} from "../src/index.ts";

/** Where an installation is: a directory with SQLite files, or a PostgreSQL database on a server. */
export type Installation = { readonly directory: string } | { readonly url: string };

/** An installation as one process has it open. */
export interface Process {
  readonly main: Storage;
  readonly server: PlaceServer;
  readonly storage: Storage;
  readonly engine: Engine;
  moveOptions(fields?: Partial<MoveTenantOptions>): MoveTenantOptions;
}

export const tenantId = "tenant-a";

export async function openProcess(installation: Installation): Promise<Process> {
  const [main, server] =
    "url" in installation
      ? [
          await openPostgresStorage({ url: installation.url, poolSize: 6 }),
          createPostgresPlaces({ url: installation.url }),
        ]
      : [
          await openSqliteStorage({ path: join(installation.directory, "tenantry.db") }),
          createSqlitePlaces(join(installation.directory, "tenants")),
        ];
  const servers = new Map([["main", server]]);
  const storage = createPlacedStorage({ main, server, connections: 20 });
  const passwords = { hash: async () => "", verify: async () => false };
  const engine = createEngine({ storage, passwords });
  return {
    main,
    server,
    storage,
    engine,
    moveOptions(fields = {}) {
      const moved = fields.tenantId ?? tenantId;
      const ctx = { engine, tenantId: moved, actor: { type: "system", id: "test" } } as const;
      return {
        main,
        servers,
        tenantId: moved,
        announce: (placement) => announceMove(ctx, moved, placement),
        heardAfterMs: 50,
        goneAfterMs: 500,
        ...fields,
      };
    },
  };
}
