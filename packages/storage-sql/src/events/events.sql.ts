import type { Change, EventStore, HistoryInterval, StoredEvent } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type EventRow = Omit<Selectable<Database["events"]>, "position">;
type HistoryRow = Selectable<Database["history"]>;

export const eventColumns = [
  "tenant_id",
  "chain_id",
  "sequence",
  "id",
  "type",
  "entity",
  "entity_id",
  "organization_id",
  "actor_type",
  "actor_id",
  "occurred_at",
  "data",
  "personal",
  "previous_hash",
  "hash",
] as const satisfies readonly (keyof EventRow)[];

export const historyColumns = [
  "tenant_id",
  "chain_id",
  "entity",
  "entity_id",
  "from_sequence",
  "from_at",
  "to_sequence",
  "to_at",
] as const satisfies readonly (keyof HistoryRow)[];

const append = defineQuery("events.append", eventColumns, (db, p) =>
  db.insertInto("events").values(assign(eventColumns, p)),
);

const head = defineQuery("events.head", ["tenant_id", "chain_id"], (db, p) =>
  db
    .selectFrom("events")
    .select(["sequence", "hash", "occurred_at"])
    .where("tenant_id", "=", p.tenant_id)
    .where("chain_id", "=", p.chain_id)
    .orderBy("sequence", "desc")
    .limit(sql.lit(1)),
);

const list = defineQuery(
  "events.list",
  ["tenant_id", "chain_id", "after", "limit"],
  (db, p, dialect) =>
    db
      .selectFrom("events")
      .select(eventColumns)
      .where("tenant_id", "=", p.tenant_id)
      .where("chain_id", "=", p.chain_id)
      .where("sequence", ">", p.after)
      .orderBy("sequence")
      .limit(dialect.limit(p.limit)),
);

// One index step for each chain, however many events it has.
const chains = defineQuery("events.chains", ["tenant_id", "after", "limit"], (_, p, dialect) => {
  const next = (after: unknown) =>
    sql`(select min(chain_id) from events where tenant_id = ${p.tenant_id} and chain_id > ${after})`;
  return sql<{ chain_id: string }>`
    with recursive chain (chain_id) as (
      select ${next(p.after)}
      union all
      select ${next(sql.ref("chain.chain_id"))} from chain where chain.chain_id is not null
    )
    select chain_id from chain where chain_id is not null limit ${dialect.limit(p.limit)}`;
});

const openInterval = defineQuery("events.openInterval", historyColumns, (db, p) =>
  db.insertInto("history").values(assign(historyColumns, p)),
);

const closeInterval = defineQuery(
  "events.closeInterval",
  ["to_sequence", "to_at", "tenant_id", "chain_id", "entity", "entity_id"],
  (db, p) =>
    db
      .updateTable("history")
      .set({ to_sequence: p.to_sequence, to_at: p.to_at })
      .where("tenant_id", "=", p.tenant_id)
      .where("chain_id", "=", p.chain_id)
      .where("entity", "=", p.entity)
      .where("entity_id", "=", p.entity_id)
      .where("to_sequence", "is", null),
);

const intervals = defineQuery(
  "events.intervals",
  ["tenant_id", "chain_id", "entity", "entity_id"],
  (db, p) =>
    db
      .selectFrom("history")
      .select(historyColumns)
      .where("tenant_id", "=", p.tenant_id)
      .where("chain_id", "=", p.chain_id)
      .where("entity", "=", p.entity)
      .where("entity_id", "=", p.entity_id)
      .orderBy("from_sequence")
      .limit(sql.lit(1000)),
);

export function createEventStore(session: Session): EventStore {
  return {
    append: (event) =>
      andThen(session.write(append, argumentsOf(eventColumns, event)), () =>
        session.changed(changeOf(event)),
      ),
    head: (tenantId, chainId) =>
      andThen(session.get(head, [tenantId, chainId]), (row) => (row ? { ...row } : undefined)),
    list: (tenantId, chainId, after, limit) =>
      andThen(session.all(list, [tenantId, chainId, after, limit]), (rows) =>
        rows.map((row) => ({ ...row }) as StoredEvent),
      ),
    chains: (tenantId, after, limit) =>
      andThen(session.all(chains, [tenantId, after ?? "", limit]), (rows) =>
        rows.map((row) => row.chain_id),
      ),
    openInterval: (interval) => session.write(openInterval, argumentsOf(historyColumns, interval)),
    closeInterval: (tenantId, chainId, entity, entityId, toSequence, toAt) =>
      session.write(closeInterval, [toSequence, toAt, tenantId, chainId, entity, entityId]),
    intervals: (tenantId, chainId, entity, entityId) =>
      andThen(session.all(intervals, [tenantId, chainId, entity, entityId]), (rows) =>
        rows.map((row) => ({ ...row }) as HistoryInterval),
      ),
  };
}

function changeOf(event: StoredEvent): Change {
  const { tenant_id, organization_id, type, entity, entity_id } = event;
  return { tenant_id, organization_id, type, entity, entity_id };
}
