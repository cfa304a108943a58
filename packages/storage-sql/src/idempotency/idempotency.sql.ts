import { DomainError, type IdempotencyStore } from "@tenantry/core";
import type { Selectable } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["idempotency_keys"]>;

export const idempotencyColumns = [
  "tenant_id",
  "principal",
  "idempotency_key",
  "fingerprint",
  "result",
  "created_at",
  "expires_at",
] as const satisfies readonly (keyof Row)[];

const find = defineQuery(
  "idempotency.find",
  ["tenant_id", "principal", "idempotency_key"],
  (db, p) =>
    db
      .selectFrom("idempotency_keys")
      .select(idempotencyColumns)
      .where("tenant_id", "=", p.tenant_id)
      .where("principal", "=", p.principal)
      .where("idempotency_key", "=", p.idempotency_key),
);

const insert = defineQuery("idempotency.insert", idempotencyColumns, (db, p) =>
  db
    .insertInto("idempotency_keys")
    .values(assign(idempotencyColumns, p))
    .onConflict((conflict) =>
      conflict
        .columns(["tenant_id", "principal", "idempotency_key"])
        .doUpdateSet((eb) => ({
          fingerprint: eb.ref("excluded.fingerprint"),
          result: eb.ref("excluded.result"),
          created_at: eb.ref("excluded.created_at"),
          expires_at: eb.ref("excluded.expires_at"),
        }))
        .whereRef("idempotency_keys.expires_at", "<=", "excluded.created_at"),
    ),
);

const removeExpired = defineQuery(
  "idempotency.removeExpired",
  ["tenant_id", "before", "limit"],
  (db, p, dialect) =>
    db
      .deleteFrom("idempotency_keys")
      .where((eb) =>
        eb(
          eb.refTuple("tenant_id", "principal", "idempotency_key"),
          "in",
          db
            .selectFrom("idempotency_keys")
            .select(["tenant_id", "principal", "idempotency_key"])
            .where("tenant_id", "=", p.tenant_id)
            .where("expires_at", "<", p.before)
            .limit(dialect.limit(p.limit))
            .$asTuple("tenant_id", "principal", "idempotency_key"),
        ),
      ),
);

export function createIdempotencyStore(session: Session): IdempotencyStore {
  return {
    find: (tenantId, principal, key) =>
      andThen(session.get(find, [tenantId, principal, key]), (row) =>
        row === undefined ? undefined : { ...row },
      ),
    insert: (record) =>
      andThen(session.run(insert, argumentsOf(idempotencyColumns, record)), (written) => {
        if (written === 1) return;
        // A record exists that has not expired: another call has done the work.
        throw new DomainError(
          "idempotency_key_running",
          "Another request with this Idempotency-Key has just ended; send this one again for its answer",
        );
      }),
    removeExpired: (tenantId, before, limit) =>
      session.run(removeExpired, [tenantId, before, limit]),
  };
}
