import type { Awaitable, Change } from "@tenantry/core";
import { sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { defineQuery } from "../query.ts";
import type { Session } from "../session.ts";

/** With more events than this, dropping all caches is cheaper than reading the events. */
const mostChanges = 10_000;

const last = defineQuery("events last position", [], (db) =>
  db.selectFrom("events").select(sql<number | null>`max(position)`.as("position")),
);

const changesAfter = defineQuery("events after a position", ["position"], (db, p) =>
  db
    .selectFrom("events")
    .select(["position", "tenant_id", "organization_id", "type", "entity", "entity_id"])
    .where("position", ">", p.position)
    .orderBy("position")
    .limit(sql.lit(mostChanges + 1)),
);

/** The position of the newest event; 0 where there is none. */
export function lastPosition(session: Session): Awaitable<number> {
  return andThen(session.get(last, []), (row) => row?.position ?? 0);
}

/** The changes committed after a position, and the position of the last of them. */
export function readChanges(
  session: Session,
  after: number,
): Awaitable<{ readonly changes: readonly Change[] | "everything"; readonly position: number }> {
  return andThen(session.all(changesAfter, [after]), (rows) => {
    if (rows.length > mostChanges) {
      return andThen(lastPosition(session), (position) => ({
        changes: "everything" as const,
        position,
      }));
    }
    return {
      changes: rows.map(({ position: _, ...change }) => change as Change),
      position: rows.at(-1)?.position ?? after,
    };
  });
}
