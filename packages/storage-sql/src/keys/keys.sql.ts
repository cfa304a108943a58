import type { KeyStore } from "@tenantry/core";
import type { Selectable } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

export const signingKeyColumns = [
  "id",
  "algorithm",
  "public_jwk",
  "private_jwk",
  "created_at",
] as const satisfies readonly (keyof Selectable<Database["signing_keys"]>)[];

export const operatorKeyColumns = [
  "id",
  "key_hash",
  "created_at",
] as const satisfies readonly (keyof Selectable<Database["operator_keys"]>)[];

const insertSigning = defineQuery("keys.insertSigningKey", signingKeyColumns, (db, p) =>
  db.insertInto("signing_keys").values(assign(signingKeyColumns, p)),
);

const listSigning = defineQuery("keys.listSigningKeys", [], (db) =>
  db
    .selectFrom("signing_keys")
    .select(signingKeyColumns)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc"),
);

const insertOperator = defineQuery("keys.insertOperatorKey", operatorKeyColumns, (db, p) =>
  db.insertInto("operator_keys").values(assign(operatorKeyColumns, p)),
);

const listOperator = defineQuery("keys.listOperatorKeys", [], (db) =>
  db.selectFrom("operator_keys").select(operatorKeyColumns).orderBy("created_at").orderBy("id"),
);

const removeOperator = defineQuery("keys.removeOperatorKeys", [], (db) =>
  db.deleteFrom("operator_keys"),
);

export function createKeyStore(session: Session): KeyStore {
  return {
    insertSigningKey: (record) =>
      session.write(insertSigning, argumentsOf(signingKeyColumns, record)),
    listSigningKeys: () =>
      andThen(session.all(listSigning, []), (rows) => rows.map((row) => ({ ...row }))),
    insertOperatorKey: (record) =>
      session.write(insertOperator, argumentsOf(operatorKeyColumns, record)),
    removeOperatorKeys: () => session.write(removeOperator, []),
    listOperatorKeys: () =>
      andThen(session.all(listOperator, []), (rows) => rows.map((row) => ({ ...row }))),
  };
}
