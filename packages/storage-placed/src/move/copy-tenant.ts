import {
  applyChanges,
  clearTenantRows,
  compareContents,
  contentOf,
  copyRows,
  DomainError,
  joinChecksums,
  type Ports,
  readContent,
  type TableContent,
} from "@tenantry/core";
import type { MoveStep } from "./move-tenant.ts";
import type { PlacePair } from "./place-pair.ts";

/** With more changes than this, another round comes before the fence, because the pause is as long as the last round. */
const fewChanges = 50;
const mostRounds = 20;

/** A copy that was equal to the tenant a moment ago. */
export interface CopiedTenant {
  readonly rows: number;
  readonly checksum: string;
  /** Brings over what has changed since, and returns how many rows. */
  catchUp(): Promise<number>;
}

/** @throws {DomainError} `storage_damaged` where the copy differs. */
export async function copyTenant(
  { from, to }: PlacePair,
  tenantId: string,
  onStep: ((step: MoveStep) => void | Promise<void>) | undefined,
): Promise<CopiedTenant> {
  await from.moves.watch(tenantId);
  // The tenant lives elsewhere, so any rows here were left by an interrupted move.
  await clearTenantRows(to, tenantId);
  await copyRows(from, { transaction: (_, body) => to.moves.write(tenantId, body) }, tenantId);
  await onStep?.("copied");
  const catchUp = (compare?: (ports: Ports) => Promise<void>) =>
    applyChanges(from, to, tenantId, compare);
  for (let round = 0; round < mostRounds; round += 1) {
    if ((await catchUp()) <= fewChanges) break;
  }
  let contents: readonly TableContent[] = [];
  // Compares in a snapshot of the tenant while it is still in use, so that the comparison does not lengthen the
  // pause.
  await catchUp(async (ports) => {
    contents = await contentOf(ports, tenantId);
    const [differing] = compareContents(contents, await readContent(to, tenantId));
    if (differing !== undefined) throw differs(differing.table);
  });
  await onStep?.("compared");
  for (let round = 0; round < mostRounds; round += 1) {
    if ((await catchUp()) <= fewChanges) break;
  }
  return {
    rows: contents.reduce((sum, { rows }) => sum + rows, 0),
    checksum: joinChecksums(contents),
    catchUp: () => catchUp(),
  };
}

function differs(table: string): DomainError {
  return new DomainError(
    "storage_damaged",
    `The copy of ${table} is not what was read; the tenant stays where it is. Check the disks, then try again`,
  );
}
