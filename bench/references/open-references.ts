import type { DatabaseSync } from "node:sqlite";
import { largeOrganizationMembers } from "../dataset/dataset.ts";
import { pageSize } from "../dataset/questions.ts";
import { openDataset } from "../dataset/shared-dataset.ts";
import type { Bench } from "../harness/bench.ts";
import { openOurLibrary } from "../ours/our-library.ts";
import { openRawCopy } from "./raw-copy.ts";
import { prepareRawCreations, type RawCreations } from "./raw-creations.ts";
import { prepareRawReads, type RawReads } from "./raw-reads.ts";

export type OpenedReads = RawReads & {
  /** For each page of the large organization, the user after whom it begins. */
  pageStarts: string[];
  close(): void;
};

export function openRawReads(bench: Bench): Promise<OpenedReads> {
  return bench.share("raw reads", async () => {
    const { overHttp } = await openDataset(bench);
    const { file } = await openOurLibrary(bench);
    const database = openRawCopy(bench, file, "raw-reads");
    const reads = prepareRawReads(database, readTenantId(database));
    const { organizationId } = overHttp.pages;
    const pageStarts = [""];
    while (pageStarts.length < largeOrganizationMembers / pageSize) {
      const page = JSON.parse(reads.pageMembers(organizationId, pageStarts.at(-1) ?? ""));
      pageStarts.push(page.at(-1).user_id);
    }
    return { ...reads, pageStarts, close: () => database.close() };
  });
}

export function openRawCreations(bench: Bench): Promise<RawCreations & { close(): void }> {
  return bench.share("raw creations", async () => {
    const { overHttp } = await openDataset(bench);
    const library = await openOurLibrary(bench);
    const captured = await library.captureCreation();
    const database = openRawCopy(bench, library.file, "raw-creations");
    const tenantId = readTenantId(database);
    const creations = prepareRawCreations(database, tenantId, overHttp.creators, captured);
    return { ...creations, close: () => database.close() };
  });
}

function readTenantId(database: DatabaseSync): string {
  return String(database.prepare("SELECT id FROM tenants WHERE slug = 'default'").get()?.id);
}
