import type { Awaitable, Change } from "@tenantry/core";
import { sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { defineQuery } from "../query.ts";
import type { Session } from "../session.ts";

/** Beyond this many events it is cheaper to forget everything than to read what they were. */
const mostChanges = 10_000;

const last = defineQuery("events last", [], (db) =>
  db
    .selectFrom("events")
    .select(["position", "id"])
    .where("position", "=", (eb) =>
      eb.selectFrom("events").select((max) => max.fn.max("position").as("position")),
    ),
);

const changesFrom = defineQuery("events from a position", ["position"], (db, p) =>
  db
    .selectFrom("events")
    .select(["position", "id", "tenant_id", "organization_id", "type", "entity", "entity_id"])
    .where("position", ">=", p.position)
    .orderBy("position")
    .limit(sql.lit(mostChanges + 2)),
);

/**
 * How far the events were read. A position alone does not say: where the last events were removed, with a tenant that left, the
 * next ones have their positions.
 */
export interface EventMark {
  readonly position: number;
  readonly id: string;
}

const beginning: EventMark = { position: 0, id: "" };

/** The newest event. */
export function lastEvent(session: Session): Awaitable<EventMark> {
  return andThen(session.get(last, []), (row) => row ?? beginning);
}

/** What was committed after a mark, and the mark up to which it goes. Everything where the marked event is there no more. */
export function readChanges(
  session: Session,
  after: EventMark,
): Awaitable<{ readonly changes: readonly Change[] | "everything"; readonly mark: EventMark }> {
  return andThen(session.all(changesFrom, [after.position]), (rows) => {
    const found = rows[0]?.position === after.position && rows[0].id === after.id;
    const news = found ? rows.slice(1) : rows;
    if (news.length > mostChanges || !(found || after.position === beginning.position)) {
      return andThen(lastEvent(session), (mark) => ({ changes: "everything" as const, mark }));
    }
    const { position, id } = news.at(-1) ?? after;
    return {
      changes: news.map(({ position: _, id: __, ...change }) => change as Change),
      mark: { position, id },
    };
  });
}
