import type { SessionStore } from "@tenantry/core";
import type { Selectable } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["sessions"]>;
type TokenRow = Selectable<Database["refresh_tokens"]>;

export const sessionColumns = [
  "tenant_id",
  "id",
  "user_id",
  "created_at",
  "expires_at",
  "revoked_at",
] as const satisfies readonly (keyof Row)[];

export const refreshTokenColumns = [
  "tenant_id",
  "token_hash",
  "session_id",
  "created_at",
  "used_at",
] as const satisfies readonly (keyof TokenRow)[];

const insert = defineQuery("sessions.insert", sessionColumns, (db, p) =>
  db.insertInto("sessions").values(assign(sessionColumns, p)),
);

const find = defineQuery("sessions.find", ["tenant_id", "id"], (db, p) =>
  db
    .selectFrom("sessions")
    .select(sessionColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("id", "=", p.id),
);

const revoke = defineQuery("sessions.revoke", ["tenant_id", "id", "at"], (db, p) =>
  db
    .updateTable("sessions")
    .set({ revoked_at: p.at })
    .where("tenant_id", "=", p.tenant_id)
    .where("id", "=", p.id)
    .where("revoked_at", "is", null),
);

const revokeAllOf = defineQuery("sessions.revokeAllOf", ["tenant_id", "user_id", "at"], (db, p) =>
  db
    .updateTable("sessions")
    .set({ revoked_at: p.at })
    .where("tenant_id", "=", p.tenant_id)
    .where("user_id", "=", p.user_id)
    .where("revoked_at", "is", null),
);

const insertToken = defineQuery("sessions.insertRefreshToken", refreshTokenColumns, (db, p) =>
  db.insertInto("refresh_tokens").values(assign(refreshTokenColumns, p)),
);

const findToken = defineQuery("sessions.findRefreshToken", ["tenant_id", "token_hash"], (db, p) =>
  db
    .selectFrom("refresh_tokens")
    .select(refreshTokenColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("token_hash", "=", p.token_hash),
);

const useToken = defineQuery(
  "sessions.useRefreshToken",
  ["tenant_id", "token_hash", "at"],
  (db, p) =>
    db
      .updateTable("refresh_tokens")
      .set({ used_at: p.at })
      .where("tenant_id", "=", p.tenant_id)
      .where("token_hash", "=", p.token_hash)
      .where("used_at", "is", null),
);

// Tokens are removed with their session (ON DELETE CASCADE).
const removeEnded = defineQuery(
  "sessions.removeEnded",
  ["tenant_id", "before", "limit"],
  (db, p, dialect) =>
    db.deleteFrom("sessions").where((eb) =>
      eb(
        eb.refTuple("tenant_id", "id"),
        "in",
        db
          .selectFrom("sessions")
          .select(["tenant_id", "id"])
          .where("tenant_id", "=", p.tenant_id)
          .where((where) =>
            where.or([where("expires_at", "<", p.before), where("revoked_at", "<", p.before)]),
          )
          .limit(dialect.limit(p.limit))
          .$asTuple("tenant_id", "id"),
      ),
    ),
);

export function createSessionStore(session: Session): SessionStore {
  return {
    insert: (record) => session.write(insert, argumentsOf(sessionColumns, record)),
    find: (tenantId, id) =>
      andThen(session.get(find, [tenantId, id]), (row) => (row ? { ...row } : undefined)),
    revoke: (tenantId, id, at) => session.write(revoke, [tenantId, id, at]),
    revokeAllOf: (tenantId, userId, at) => session.write(revokeAllOf, [tenantId, userId, at]),
    insertRefreshToken: (token) =>
      session.write(insertToken, argumentsOf(refreshTokenColumns, token)),
    findRefreshToken: (tenantId, tokenHash) =>
      andThen(session.get(findToken, [tenantId, tokenHash]), (row) =>
        row ? { ...row } : undefined,
      ),
    useRefreshToken: (tenantId, tokenHash, at) =>
      andThen(session.run(useToken, [tenantId, tokenHash, at]), (count) => count === 1),
    removeEnded: (tenantId, before, limit) => session.run(removeEnded, [tenantId, before, limit]),
  };
}
