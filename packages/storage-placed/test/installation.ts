import { join } from "node:path";
import { announceMove, createEngine, type OpenEngine, type Storage } from "@tenantry/core";
import { openPostgresStorage } from "@tenantry/storage-postgres";
import { openSqliteStorage } from "@tenantry/storage-sqlite";
import {
  createPlacedStorage,
  createPostgresPlaces,
  createSqlitePlaces,
  type MoveTenantOptions,
  type PlacedStorage,
  type PlaceServer,
} from "../src/index.ts";

/** Where an installation is: a directory with SQLite files, or a PostgreSQL database on a server. */
export type Installation =
  | { readonly directory: string }
  | {
      readonly url: string;
      /** Other servers, by their keys. */
      readonly others?: Readonly<Record<string, string>>;
    };

/** What an installation is made of, before anything is opened over it. */
export interface Parts {
  readonly main: Storage;
  readonly server: PlaceServer;
}

/** An installation as one process has it open. */
export interface Process extends Parts {
  readonly storage: PlacedStorage;
  readonly engine: OpenEngine;
  moveOptions(fields?: Partial<MoveTenantOptions>): MoveTenantOptions;
}

export const tenantId = "tenant-a";

export async function openProcess(
  installation: Installation,
  change: (parts: Parts) => Parts = (parts) => parts,
): Promise<Process> {
  const { main, server } = change(await openParts(installation));
  const others = "url" in installation ? (installation.others ?? {}) : {};
  const servers = new Map([["main", server]]);
  for (const [key, url] of Object.entries(others)) servers.set(key, createPostgresPlaces({ url }));
  const storage = createPlacedStorage({ main, server, servers, connections: 30 });
  const passwords = { hash: async () => "", verify: async () => false };
  const engine = createEngine({ storage, places: storage.places, passwords });
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

async function openParts(installation: Installation): Promise<Parts> {
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
  return { main, server };
}
