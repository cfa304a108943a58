import type { Engine, Ports } from "@tenantry/core";

/** What a server holds, comparable with what it held before. */
export interface Footprint {
  /** The rows of each table of each tenant, as text, by `tenant table`; the installation's are those of the tenant "". */
  readonly rows: ReadonlyMap<string, string>;
  /** How many events each chain has. */
  readonly events: ReadonlyMap<string, number>;
}

/** The log of refusals grows by being refused. Events are told by the ends of their chains. */
const leftOut: ReadonlySet<string> = new Set(["security_log", "events"]);

export async function footprintOf({ storage }: Engine): Promise<Footprint> {
  const { committed } = storage;
  const rows = new Map<string, string>();
  const events = new Map<string, number>();
  await addRows(committed, null, rows);
  for (const { id } of await committed.tenants.all()) {
    await addRows(committed, id, rows);
    for (const chain of await committed.events.chains(id, null, 10_000)) {
      const head = await committed.events.head(id, chain);
      events.set(`${id} ${chain}`, head?.sequence ?? 0);
      rows.set(`${id} chain ${chain}`, head?.hash ?? "");
    }
  }
  return { rows, events };
}

async function addRows(
  { copies }: Ports,
  tenantId: string | null,
  rows: Map<string, string>,
): Promise<void> {
  for (const { name } of copies.tables(tenantId)) {
    if (leftOut.has(name)) continue;
    const page = await copies.page(tenantId, name, null, 100_000);
    rows.set(`${tenantId ?? ""} ${name}`, JSON.stringify(page, withoutActivity));
  }
}

/** When somebody was last active is no change of theirs. */
function withoutActivity(key: string, value: unknown): unknown {
  return key === "last_active_at" ? undefined : value;
}

/** The tables, of whichever tenant, whose rows are others than before. */
export function changedTables(before: Footprint, after: Footprint): string[] {
  const keys = new Set([...before.rows.keys(), ...after.rows.keys()]);
  const changed = [...keys].filter((key) => before.rows.get(key) !== after.rows.get(key));
  return [...new Set(changed.map((key) => key.split(" ")[1] as string))].sort();
}

/** How many events came; null where a chain has become shorter. One that is gone went with its tenant, which its row tells. */
export function eventsAdded(before: Footprint, after: Footprint): number | null {
  let added = 0;
  for (const [chain, count] of after.events) {
    const more = count - (before.events.get(chain) ?? 0);
    if (more < 0) return null;
    added += more;
  }
  return added;
}

/** All of a tenant's rows as text. */
export function textOf({ rows }: Footprint, tenantId: string): string {
  const own = [...rows].filter(([key]) => key.startsWith(`${tenantId} `));
  return own.map(([, text]) => text).join("\n");
}
