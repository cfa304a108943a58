import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChangeListener, Storage } from "@tenantry/core";
import { openSqliteStorage } from "@tenantry/storage-sqlite";
import { tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { onTestFinished } from "vitest";
import {
  createPlacedStorage,
  createSqlitePlaces,
  type PlacedStorage,
  type PlacedStorageOptions,
  type PlaceServer,
} from "../src/index.ts";
import { placeTenant } from "./dedicated-tenants.ts";

type Told = Parameters<ChangeListener>[0];

/** A storage over a main file and files of tenants, and what goes on in it. */
export interface OpenedPlaced {
  readonly directory: string;
  readonly main: Storage;
  readonly storage: PlacedStorage;
  readonly server: CountingServer;
  /** What the listener was told. */
  readonly told: Told[];
}

/** A server that counts what is open. */
export interface CountingServer extends PlaceServer {
  /** Connections that are open now, the most there were, and how often a database was opened. */
  readonly counts: { open: number; most: number; opened: number };
}

function countOpen(server: PlaceServer): CountingServer {
  const counts = { open: 0, most: 0, opened: 0 };
  return {
    ...server,
    counts,
    async open(database, connections) {
      counts.open += connections;
      counts.opened += 1;
      counts.most = Math.max(counts.most, counts.open);
      try {
        const storage = await server.open(database, connections);
        return {
          ...storage,
          get committed() {
            return storage.committed;
          },
          get replicated() {
            return storage.replicated;
          },
          async close() {
            await storage.close();
            counts.open -= connections;
          },
        };
      } catch (error) {
        counts.open -= connections;
        throw error;
      }
    },
  };
}

/** Opens a storage in a directory of the test's own, or once more in the one that is given, as another process would. */
export async function openPlaced(
  options: Partial<PlacedStorageOptions> = {},
  directory = makeDirectory(),
): Promise<OpenedPlaced> {
  const server = countOpen(createSqlitePlaces(join(directory, "tenants")));
  const main = await openSqliteStorage({ path: join(directory, "tenantry.db") });
  const storage = createPlacedStorage({ main, server, connections: 20, ...options });
  onTestFinished(() => storage.close());
  const told: Told[] = [];
  storage.onChange((changes) => told.push(changes));
  return { directory, main, storage, server, told };
}

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-placed-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A tenant with a file of its own and one user in it, `ann`. */
export async function addDedicatedTenant({ storage, server }: OpenedPlaced, id: string) {
  const placement = await placeTenant(storage, server, id);
  await storage.transaction(id, async (ports) => {
    await ports.tenants.insert(tenantRecord(id, { placement: "dedicated" }));
    await ports.users.insert(userRecord(id, "ann"));
  });
  return placement;
}
