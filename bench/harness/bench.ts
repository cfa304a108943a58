import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

type Closable = { close?: () => unknown };

/** A run of the bench: its directory, and what its rows share. */
export type Bench = {
  directory: string;
  /** How long a round of a row within this process lasts. */
  roundMs: number;
  /** How long a round of a row over HTTP lasts. */
  roundSeconds: number;
  /** The number of requests in rounds that have a fixed number. */
  roundRequests: number;
  /** A file of organizations to import. Default: the usual one if it exists, else generated ones. */
  importFile: string | undefined;
  /** Opens a resource when a row first asks for it, and closes it at the end of the run. */
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
      // Closed in reverse order, so that a library is closed before the file that it uses.
      for (const opening of [...shared.values()].reverse()) {
        // If opening failed, the row that asked for it has reported that.
        const opened: Closable | undefined = await opening.catch(() => undefined);
        await opened?.close?.();
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
