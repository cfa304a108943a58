import type { LockedChain } from "../events/append-event.ts";
import { changePlan, insertPlan } from "../plans/plans.ts";
import type { Role } from "../roles/roles.schema.ts";
import { changeRole, insertRole } from "../roles/roles.ts";
import { attempt, type ImportRun } from "./import-run.ts";
import { differingFields, enter } from "./tenant-entry.ts";
import { type PlanRow, type RoleRow, toPlanRow, toRoleRow } from "./tenant-file.schema.ts";

/**
 * Imports roles. Every installation starts with the same roles and plans but different times, which therefore do not
 * count as a difference. In a tenant without users, roles and plans are replaced by those of the file; otherwise a
 * difference is a fault.
 */
export async function importTenantRoles(
  run: ImportRun,
  rows: readonly RoleRow[],
  isEmpty: boolean,
): Promise<void> {
  const { chain, record } = await run.mutation.lockTenant();
  const place = { chain, organizationId: null, revision: record.revision };
  for (const [index, row] of rows.entries()) {
    const entry = { kind: "roles", organization: null, name: row.key } as const;
    await importRole(run, row, { ...place, isEmpty, entry, pointer: `/roles/${index}` });
  }
}

interface RolePlace {
  readonly chain: LockedChain;
  readonly organizationId: string | null;
  readonly revision: number;
  readonly isEmpty: boolean;
  readonly entry: {
    readonly kind: "roles";
    readonly organization: string | null;
    readonly name: string;
  };
  readonly pointer: string;
}

export async function importRole(run: ImportRun, row: RoleRow, at: RolePlace): Promise<void> {
  const { mutation } = run;
  const { ctx, ports } = mutation;
  const found = await ports.roles.find(ctx.tenantId, at.organizationId, row.key);
  const here = found?.organization_id === at.organizationId ? found : undefined;
  const role: Role = {
    ...row,
    tenant_id: ctx.tenantId,
    organization_id: at.organizationId,
    revision: at.revision,
  };
  const present = here && withTimesOf(toRoleRow(here), row);
  if (
    here !== undefined &&
    present !== undefined &&
    mayChange(at.isEmpty, present, row, fixedOfRole)
  ) {
    run.place = at.pointer;
    await attempt(run, async () => {
      await changeRole(mutation, at.chain, here, role);
      run.recorder.record("updated", at.entry, false);
    });
    return;
  }
  await enter(run, {
    entry: at.entry,
    place: at.pointer,
    isInNewOrganization: false,
    wanted: row,
    here: present,
    insert: () => insertRole(mutation, at.chain, role),
  });
}

export async function importPlans(
  run: ImportRun,
  rows: readonly PlanRow[],
  isEmpty: boolean,
): Promise<void> {
  const { mutation } = run;
  const { ctx, ports } = mutation;
  for (const [index, row] of rows.entries()) {
    const entry = { kind: "plans", organization: null, name: row.key } as const;
    const here = await ports.plans.find(ctx.tenantId, row.key);
    const present = here && withTimesOf(toPlanRow(here), row);
    run.place = `/plans/${index}`;
    if (
      here !== undefined &&
      present !== undefined &&
      mayChange(isEmpty, present, row, fixedOfPlan)
    ) {
      await attempt(run, async () => {
        await changePlan(mutation, here, row);
        run.recorder.record("updated", entry, false);
      });
      continue;
    }
    await enter(run, {
      entry,
      place: `/plans/${index}`,
      isInNewOrganization: false,
      wanted: row,
      here: present,
      insert: async () => {
        await insertPlan(mutation, row);
      },
    });
  }
}

function withTimesOf<Row extends { created_at: string; updated_at: string }>(
  here: Row,
  { created_at, updated_at }: Row,
): Row {
  return { ...here, created_at, updated_at };
}

/** Fields of roles and plans that can never change, so that a difference is always a fault. */
const fixedOfRole: readonly string[] = ["rank", "is_default"];
const fixedOfPlan: readonly string[] = ["is_default"];

function mayChange<Row extends object>(
  isEmpty: boolean,
  here: Row,
  wanted: Row,
  fixed: readonly string[],
): boolean {
  const differing = differingFields(here, wanted);
  return isEmpty && differing.length > 0 && !differing.some((field) => fixed.includes(field));
}
