import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The files of an installation on SQLite: its main database, and the directory of tenants' own databases. */
export interface PlacedFiles {
  readonly main: string;
  readonly tenants: string;
}

/** The files of an installation in its own directory, which is the form of a backup with several databases. */
export function filesIn(directory: string): PlacedFiles {
  return { main: join(directory, "tenantry.db"), tenants: join(directory, "tenants") };
}

export function tenantFile({ tenants }: Pick<PlacedFiles, "tenants">, database: string): string {
  return join(tenants, `${database}.db`);
}

/** A tenant with a database of its own, according to the main database. */
export interface PlacedTenant {
  readonly tenant_id: string;
  readonly slug: string | null;
  readonly database: string;
  /** Changes with each step of a move. */
  readonly step: string;
}

/**
 * The tenants with databases of their own, except those whose database is being created or removed: the former has
 * not been acknowledged, the latter is gone, and opening the main database removes what is left of them.
 *
 * @param path A main database of any schema version.
 */
export function readPlacedTenants(path: string): readonly PlacedTenant[] {
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  try {
    const { count } = db.prepare(countTables).get() as { count: number };
    // An older schema without moves or placements: nothing moved, or all tenants lived here.
    if (count === 0) return [];
    return db
      .prepare(count === 2 ? listMoving : listPlaced)
      .all() as unknown as readonly PlacedTenant[];
  } finally {
    db.close();
  }
}

/** The slug of the only tenant in a database; undefined where there is none. */
export function readSlug(path: string, tenantId: string): string | undefined {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db.prepare("SELECT slug FROM tenants WHERE id = ?").get(tenantId)?.slug as
      | string
      | undefined;
  } finally {
    db.close();
  }
}

const busyTimeoutMs = 5000;
const countTables =
  "SELECT count(*) AS count FROM sqlite_schema WHERE name IN ('placements', 'tenant_moves')";
const placed = `FROM placements AS p LEFT JOIN tenants AS t ON t.id = p.tenant_id`;
const isThere = `WHERE p.server = 'main' AND p."database" IS NOT NULL AND p.state IN ('steady', 'moving')
  ORDER BY p.tenant_id`;
const columns = `p.tenant_id, t.slug, p."database"`;
const listPlaced = `SELECT ${columns}, p.epoch || ' ' || p.state AS step ${placed} ${isThere}`;
const listMoving = `SELECT ${columns}, concat_ws(' ', p.epoch, p.state, m.mover, m.step) AS step
  ${placed} LEFT JOIN tenant_moves AS m ON m.tenant_id = p.tenant_id ${isThere}`;
