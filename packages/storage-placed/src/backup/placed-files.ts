import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** An installation on SQLite: its main database, and the directory of those of single tenants. */
export interface PlacedFiles {
  readonly main: string;
  readonly tenants: string;
}

/** An installation in a directory of its own, as a backup has it where tenants have databases of their own. */
export function filesIn(directory: string): PlacedFiles {
  return { main: join(directory, "tenantry.db"), tenants: join(directory, "tenants") };
}

export function tenantFile({ tenants }: Pick<PlacedFiles, "tenants">, database: string): string {
  return join(tenants, `${database}.db`);
}

/** A tenant that has a database of its own, as the main database says it. */
export interface PlacedTenant {
  readonly tenant_id: string;
  readonly slug: string | null;
  readonly database: string;
  /** What changes with each step of a move. */
  readonly step: string;
}

/**
 * Which tenants have databases of their own. Those whose database is being made or removed are not among them: nobody has been told of the one,
 * and the other is gone, and whoever opens the main database next takes away what says that they were there.
 *
 * @param path A main database, of whatever version.
 */
export function readPlacedTenants(path: string): readonly PlacedTenant[] {
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  try {
    const { count } = db.prepare(countTables).get() as { count: number };
    // Before there were moves, nothing moved; before there were placements, every tenant lived here.
    if (count === 0) return [];
    return db
      .prepare(count === 2 ? listMoving : listPlaced)
      .all() as unknown as readonly PlacedTenant[];
  } finally {
    db.close();
  }
}

/** The slug of the one tenant of a database; undefined where none is in it. */
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
