import { requireAdministrator } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { type LockedOrganization, type Mutation, mutate } from "../mutation.ts";
import { findTenantFaults } from "./find-tenant-faults.ts";
import type { ImportOptions } from "./import-options.ts";
import { createImportRecorder, type ImportReport } from "./import-report.ts";
import { assertNoFaults, attempt, type ImportRun } from "./import-run.ts";
import { importPlans, importTenantRoles } from "./tenant-catalogue.ts";
import { type TenantFile, tenantFileSchema, tenantFormat } from "./tenant-file.schema.ts";
import { importTenantOrganization } from "./tenant-organizations.ts";
import { importUsers } from "./tenant-users.ts";

/**
 * Imports an export of Tenantry's own, with its ids and times, into an empty installation or one that has part of it
 * already. Rows that are equal here stay untouched; rows that differ are faults. Each row is written by the same
 * function as any other change and has its event. Events of the exporting installation are not imported.
 *
 * @throws {DomainError} `invalid_import` with every fault and its place; nothing has changed then.
 */
export async function importTenant(
  ctx: Context,
  data: unknown,
  options: ImportOptions,
): Promise<ImportReport> {
  await requireAdministrator(ctx, ctx.engine.storage.committed, "import");
  if (options.prune) {
    throw new DomainError(
      "invalid_input",
      "An export of Tenantry cannot be imported with prune; leave prune out",
      {
        fields: [
          { pointer: "/prune", detail: "is only for organizations of GitHub; leave it out" },
        ],
      },
    );
  }
  assertNoFaults(findTenantFaults(data));
  const file = tenantFileSchema.parse(data);
  return await mutate(ctx, "import", file, async (mutation) => {
    await requireAdministrator(ctx, mutation.ports, "import");
    const run: ImportRun = {
      mutation,
      recorder: createImportRecorder(countEntries(file), options.onProgress ?? (() => {})),
      isPruning: false,
      place: "",
      faults: [],
      memberGrants: [],
    };
    await importFile(run, file);
    assertNoFaults(run.faults);
    return run.recorder.report(tenantFormat, ctx.dryRun === true);
  });
}

/** Locks existing organizations first, and then the tenant, whose plans the new ones need. */
async function importFile(run: ImportRun, file: TenantFile): Promise<void> {
  const { mutation } = run;
  const locked = new Map<string, LockedOrganization>();
  for (const id of file.organizations.map((one) => one.id).sort()) {
    const organization = await mutation.lockOrganization(id);
    if (organization !== undefined) locked.set(id, organization);
  }
  await mutation.lockTenant();
  const isEmpty = await isTenantEmpty(mutation);
  await importTenantRoles(run, file.roles, isEmpty);
  await importPlans(run, file.plans, isEmpty);
  await importUsers(run, file.users);
  // Every organization refers to these, so later faults could be mere consequences.
  assertNoFaults(run.faults);
  for (const [index, row] of file.organizations.entries()) {
    const place = `/organizations/${index}`;
    await attempt(run, () => importTenantOrganization(run, row, place, locked.get(row.id)));
  }
}

async function isTenantEmpty({ ctx, ports }: Mutation): Promise<boolean> {
  const page = { limit: 1, after: null, skip: 0, total: false };
  const lists = [
    await ports.users.list(ctx.tenantId, {}, page),
    await ports.organizations.list(ctx.tenantId, {}, page),
    await ports.organizations.list(ctx.tenantId, { status: "deleted" }, page),
  ];
  return lists.every(({ last_key }) => last_key === null);
}

function countEntries(file: TenantFile): number {
  let entries = file.roles.length + file.plans.length + file.users.length;
  for (const { roles, memberships, teams, resources } of file.organizations) {
    entries += 1 + roles.length + memberships.length + teams.length + resources.length;
    for (const { members } of teams) entries += members.length;
  }
  return entries;
}

export function isTenantFile(data: unknown): boolean {
  return (
    typeof data === "object" && data !== null && "format" in data && data.format === tenantFormat
  );
}
