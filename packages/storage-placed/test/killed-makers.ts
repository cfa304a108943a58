import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PlacedStorage } from "../src/index.ts";

/** Every step of making a place, before and after it, and whether the tenant is there in the end. */
export const steps = [
  ["main 1", "before", false],
  ["main 1", "after", false],
  ["make", "before", false],
  ["make", "after", false],
  ["main 2", "before", false],
  ["main 2", "after", false],
  ["main 3", "before", true],
  ["main 3", "after", true],
] as const;

/** Makes a tenant in a process that is killed at a step. */
export async function makeAndDie(where: string, step: string, when: string): Promise<void> {
  const program = fileURLToPath(new URL("kill-program.ts", import.meta.url));
  const child = spawn(process.execPath, [program, where, step, when], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code, signal] = await once(child, "exit");
  if (signal !== "SIGKILL") throw new Error(`The maker was not killed; it ended with ${code}`);
}

/** What the main database says of tenants and places. */
export async function stateOf({ committed }: PlacedStorage) {
  const placements = await committed.placements.list("", 10);
  return {
    tenants: (await committed.tenants.all()).map(({ id }) => id),
    placements: placements.map(({ tenant_id, state }) => `${tenant_id} ${state}`),
    databases: placements.map(({ database }) => database ?? ""),
  };
}
