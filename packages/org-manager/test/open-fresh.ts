import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OrgManager, type OrgManagerOptions, openOrgManager } from "@tenantry/org-manager";
import { onTestFinished } from "vitest";

/** The storages that the fourteen calls are the same on. */
export const storages = ["sqlite", "json"] as const;
export type StorageKind = (typeof storages)[number];

/** A directory of the test's own, removed after it. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "org-manager-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function databaseUrlIn(directory: string, kind: StorageKind): string {
  return kind === "sqlite" ? `sqlite:${join(directory, "tenantry.db")}` : `json:${directory}`;
}

/** The fourteen calls on a place of the test's own. */
export async function openFresh(
  kind: StorageKind,
  options: OrgManagerOptions = {},
): Promise<OrgManager> {
  const databaseUrl = databaseUrlIn(makeDirectory(), kind);
  const manager = await openOrgManager({ databaseUrl, log: false, ...options });
  onTestFinished(() => manager.close());
  return manager;
}
