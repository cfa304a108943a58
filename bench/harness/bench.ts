import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

type Closable = { close?: () => unknown };

/** One run of the bench: a directory of its own, and what the rows have in common. */
export type Bench = {
  directory: string;
  /** How long a round of a row within this process lasts. */
  roundMs: number;
  /** How long a round of a row over HTTP lasts. */
  roundSeconds: number;
  /** How many requests a round of a fixed number has. */
  roundRequests: number;
  /** A file of organizations to import; without it the usual one, or made-up ones. */
  importFile: string | undefined;
  /** Opens something the first time a row asks for it; it is closed at the end of the run. */
  share<Shared extends object>(name: string, open: () => Promise<Shared>): Promise<Shared>;
  close(): Promise<void>;
};

type BenchOptions = { isQuick: boolean; importFile?: string | undefined };

export function openBench(options: BenchOptions): Bench {
  const directory = mkdtempSync(path.join(tmpdir(), "tenantry-bench-"));
  const shared = new Map<string, Promise<object>>();
  return {
    directory,
    roundMs: options.isQuick ? 200 : 1_000,
    roundSeconds: options.isQuick ? 1 : 3,
    roundRequests: options.isQuick ? 5_000 : 100_000,
    importFile: options.importFile,
    share<Shared extends object>(name: string, open: () => Promise<Shared>): Promise<Shared> {
      const opened = shared.get(name) ?? open();
      shared.set(name, opened);
      return opened as Promise<Shared>;
    },
    async close() {
      // Last opened, first closed: a library is closed before the file that it stands on.
      for (const opening of [...shared.values()].reverse()) {
        // What could not be opened was reported by the row that wanted it.
        const opened: Closable | undefined = await opening.catch(() => undefined);
        await opened?.close?.();
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
