import type { KeyStore } from "@tenantry/core";
import type { Selectable } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

const signingColumns = [
  "id",
  "algorithm",
  "public_jwk",
  "private_jwk",
  "created_at",
] as const satisfies readonly (keyof Selectable<Database["signing_keys"]>)[];

const operatorColumns = [
  "id",
  "key_hash",
  "created_at",
] as const satisfies readonly (keyof Selectable<Database["operator_keys"]>)[];

const insertSigning = defineQuery("keys.insertSigningKey", signingColumns, (db, p) =>
  db.insertInto("signing_keys").values(assign(signingColumns, p)),
);

const listSigning = defineQuery("keys.listSigningKeys", [], (db) =>
  db
    .selectFrom("signing_keys")
    .select(signingColumns)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc"),
);

const insertOperator = defineQuery("keys.insertOperatorKey", operatorColumns, (db, p) =>
  db.insertInto("operator_keys").values(assign(operatorColumns, p)),
);

const listOperator = defineQuery("keys.listOperatorKeys", [], (db) =>
  db.selectFrom("operator_keys").select(operatorColumns).orderBy("created_at").orderBy("id"),
);

const removeOperator = defineQuery("keys.removeOperatorKeys", [], (db) =>
  db.deleteFrom("operator_keys"),
);

export function createKeyStore(session: Session): KeyStore {
  return {
    insertSigningKey: (record) => session.write(insertSigning, argumentsOf(signingColumns, record)),
    listSigningKeys: () =>
      andThen(session.all(listSigning, []), (rows) => rows.map((row) => ({ ...row }))),
    insertOperatorKey: (record) =>
      session.write(insertOperator, argumentsOf(operatorColumns, record)),
    removeOperatorKeys: () => session.write(removeOperator, []),
    listOperatorKeys: () =>
      andThen(session.all(listOperator, []), (rows) => rows.map((row) => ({ ...row }))),
  };
}
