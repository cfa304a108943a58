/** Purges a tenant, and is killed after so many of its steps. Says how many there were where it was not. */
import { purgeTenant, type Storage, type StorageMoves } from "@tenantry/core";
import type { PlaceServer } from "../src/index.ts";
import { type Installation, openProcess, tenantId } from "./installation.ts";

const [installation = "", keep = "", lastStep = ""] = process.argv.slice(2);
let steps = 0;

/** Each commit is a step, wherever it is. */
async function step<T>(work: () => Promise<T>): Promise<T> {
  const result = await work();
  steps += 1;
  if (steps === Number(lastStep)) process.kill(process.pid, "SIGKILL");
  return result;
}

function counting(storage: Storage): Storage {
  const moves = storage.moves as StorageMoves;
  return {
    ...storage,
    get committed() {
      return storage.committed;
    },
    transaction: (tenant, body) => step(() => storage.transaction(tenant, body)),
    moves: {
      ...moves,
      fence: (tenant, isFenced) => step(() => moves.fence(tenant, isFenced)),
      write: (tenant, body) => step(() => moves.write(tenant, body)),
    },
  };
}

function countingServer(server: PlaceServer): PlaceServer {
  return {
    ...server,
    open: async (database, connections) => counting(await server.open(database, connections)),
    drop: (database) => step(() => server.drop(database)),
  };
}

const { engine, storage } = await openProcess(
  JSON.parse(installation) as Installation,
  ({ main, server }) => ({ main: counting(main), server: countingServer(server) }),
);
const home = (await storage.committed.tenants.findBySlug("default"))?.id ?? "";
const ctx = { engine, tenantId: home, actor: { type: "operator", id: "opk" } } as const;
await purgeTenant(ctx, tenantId, { keep_database: keep === "keep" });
process.stdout.write(`${steps}\n`);
await storage.close();
