import path from "node:path";
import {
  type Context,
  check,
  createOrganization,
  createPageMemory,
  listMembers,
  listUserOrganizations,
} from "@tenantry/core";
import { openTenantry, type Tenantry } from "tenantry";
import { largeOrganizationMembers } from "../dataset/dataset.ts";
import { type CheckQuestion, pageSize, type Questions } from "../dataset/questions.ts";
import { openDataset } from "../dataset/shared-dataset.ts";
import type { Bench } from "../harness/bench.ts";
import { copyDatabase } from "../references/copy-database.ts";
import { nameOfTurn } from "../references/replay-rows.ts";
import { type CapturedCreation, captureCreation } from "./capture-creation.ts";
import { openFilledFile } from "./filled-file.ts";

/** Tenantry as a library in this process, with the data of the run. */
export type OurLibrary = {
  /** The SQLite file. The raw side copies it before anything is measured. */
  file: string;
  /** Answered from memory after the first time. */
  check(question: CheckQuestion): unknown;
  /** Always answered from the database. */
  lookUpRole(question: CheckQuestion): unknown;
  /** A page of members as JSON text, always read from the database; the large organization's pages in turn. */
  pageMembers(turn: number): unknown;
  /** A user's organizations as JSON text, always read from the database. */
  listOrganizations(userId: string): unknown;
  createOrganization(): Promise<unknown>;
  /** The rows that one creation writes, found out in a small separate database. */
  captureCreation(): Promise<CapturedCreation>;
  close(): Promise<void>;
};

export function openOurLibrary(bench: Bench): Promise<OurLibrary> {
  return bench.share("our library", async () => {
    const [{ overHttp }, filled] = await Promise.all([openDataset(bench), openFilledFile(bench)]);
    const file = path.join(bench.directory, "library.db");
    copyDatabase(filled.file, file);
    const tenantry = await openTenantry({ databaseUrl: `sqlite:${file}` });
    return {
      file,
      ...(await prepareReads(tenantry, overHttp)),
      createOrganization: prepareCreations(tenantry, overHttp.creators),
      captureCreation: () => captureCreation(bench),
      close: () => tenantry.close(),
    };
  });
}

type Reads = Pick<OurLibrary, "check" | "lookUpRole" | "pageMembers" | "listOrganizations">;

async function prepareReads(tenantry: Tenantry, { pages }: Questions): Promise<Reads> {
  const { storage } = tenantry.engine;
  const reading = { engine: { ...tenantry.engine, pages: createPageMemory(0) } };
  const { id: tenantId } = tenantry.defaultTenant;
  const embedded = tenantry.context();
  const asMember = contextOf(tenantry, pages.userId);
  const cursors = await readCursors(asMember, pages.organizationId);
  const page = cursors.map((cursor) => ({ limit: pageSize, ...(cursor && { cursor }) }));
  return {
    check: ({ userId: user_id, organizationId: organization_id }) =>
      check(embedded, { user_id, organization_id, permission: "member:add" }),
    lookUpRole: ({ userId, organizationId }) =>
      storage.committed.access.findAccess(tenantId, organizationId, userId),
    pageMembers: (turn) =>
      listMembers({ ...asMember, ...reading }, pages.organizationId, page[turn % page.length]),
    listOrganizations: (userId) =>
      listUserOrganizations({ ...contextOf(tenantry, userId), ...reading }, userId),
  };
}

/** Where each page of the large organization begins. */
async function readCursors(ctx: Context, organizationId: string): Promise<(string | null)[]> {
  const cursors: (string | null)[] = [null];
  while (cursors.length < largeOrganizationMembers / pageSize) {
    const cursor = cursors.at(-1);
    const input = { limit: pageSize, ...(cursor && { cursor }) };
    cursors.push((await listMembers(ctx, organizationId, input)).next_cursor);
  }
  return cursors;
}

function prepareCreations(tenantry: Tenantry, creators: string[]): () => Promise<unknown> {
  const contexts = creators.map((userId) => contextOf(tenantry, userId));
  let turn = 0;
  return () => {
    turn += 1;
    const ctx = contexts[turn % contexts.length] as Context;
    const name = nameOfTurn(turn);
    return createOrganization(ctx, { name: `In ${name}`, slug: `in-${name}` });
  };
}

function contextOf(tenantry: Tenantry, userId: string): Context {
  return tenantry.context({ actor: { type: "user", id: userId, session_id: null } });
}
