import path from "node:path";
import type { Bench } from "../harness/bench.ts";
import { fillFile } from "./run-filler.ts";

/** A Tenantry file with the data of the run. It is never opened for writing; each side copies it. */
export function openFilledFile(bench: Bench): Promise<{ file: string }> {
  return bench.share("filled file", async () => {
    const file = path.join(bench.directory, "filled.db");
    await fillFile(file);
    return { file };
  });
}
