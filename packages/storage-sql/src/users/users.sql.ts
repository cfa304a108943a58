import { nameKey, type UserRecord, type UserStore } from "@tenantry/core";
import type { Kysely, Selectable } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign, without } from "../columns.ts";
import type { JsonField } from "../dialect.ts";
import { definePage, definePages, runPage } from "../page-query.ts";
import { defineQuery, type Params } from "../query.ts";
import { parseJson, toFlag } from "../records.ts";
import type { Database } from "../schema.ts";
import type { Session, SqlValue } from "../session.ts";

type Row = Omit<Selectable<Database["users"]>, "is_tenant_administrator">;

export const userColumns = [
  "tenant_id",
  "id",
  "username",
  "username_key",
  "email",
  "email_verified",
  "name",
  "external_id",
  "status",
  "metadata",
  "private_metadata",
  "client_metadata",
  "search_key",
  "revision",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const writableColumns = without(userColumns, ["tenant_id", "id", "created_at"]);

const insert = defineQuery("users.insert", userColumns, (db, p) =>
  db.insertInto("users").values(assign(userColumns, p)),
);

const oneUser = (db: Kysely<Database>, p: Params<"tenant_id" | "id">) =>
  db.selectFrom("users").where("tenant_id", "=", p.tenant_id).where("id", "=", p.id);

const find = defineQuery("users.find", ["tenant_id", "id"], (db, p) =>
  oneUser(db, p).select(userColumns),
);

// Transactions that depend on a user's status, or change it, wait for each other.
const findHeld = defineQuery("users.find held", ["tenant_id", "id"], (db, p, dialect) =>
  dialect.hold(oneUser(db, p).select(userColumns), "for change", ["users"]),
);

const findStatus = defineQuery("users.findStatus", ["tenant_id", "id"], (db, p) =>
  oneUser(db, p).select("status"),
);

const findStatusHeld = defineQuery("users.findStatus held", ["tenant_id", "id"], (db, p, dialect) =>
  dialect.hold(oneUser(db, p).select("status"), "for change", ["users"]),
);

const findByEmail = defineQuery("users.findByEmail", ["tenant_id", "email"], (db, p) =>
  db
    .selectFrom("users")
    .select(userColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("email", "=", p.email),
);

const findByUsernameKey = defineQuery(
  "users.findByUsernameKey",
  ["tenant_id", "username_key"],
  (db, p) =>
    db
      .selectFrom("users")
      .select(userColumns)
      .where("tenant_id", "=", p.tenant_id)
      .where("username_key", "=", p.username_key),
);

const update = defineQuery("users.update", [...writableColumns, "tenant_id", "id"], (db, p) =>
  db
    .updateTable("users")
    .set(assign(writableColumns, p))
    .where("tenant_id", "=", p.tenant_id)
    .where("id", "=", p.id),
);

const item: Readonly<Record<string, JsonField>> = {
  id: "u.id",
  tenant_id: "u.tenant_id",
  username: "u.username",
  email: "u.email",
  email_verified: { flag: "u.email_verified" },
  name: "u.name",
  external_id: "u.external_id",
  status: "u.status",
  metadata: { json: "u.metadata" },
  client_metadata: { json: "u.client_metadata" },
  revision: "u.revision",
  created_at: "u.created_at",
  updated_at: "u.updated_at",
};

const filters = ["q", "email", "username_key", "external_id"] as const;
type Filter = (typeof filters)[number];

const pages = definePages(filters, (given) =>
  definePage({
    name: `users.list ${[...given].join(" ")}`,
    argumentNames: ["tenant_id", ...given] as readonly (Filter | "tenant_id")[],
    from: (db, p, dialect) => {
      let users = db.selectFrom("users as u").where("u.tenant_id", "=", p.tenant_id);
      if (given.has("email")) users = users.where("u.email", "=", p.email);
      if (given.has("username_key")) users = users.where("u.username_key", "=", p.username_key);
      if (given.has("external_id")) users = users.where("u.external_id", "=", p.external_id);
      if (given.has("q")) users = users.where(dialect.contains("u.search_key", p.q));
      return users;
    },
    key: "u.id",
    item: (dialect) => dialect.jsonObject(item),
  }),
);

const findPassword = defineQuery("users.findPasswordHash", ["tenant_id", "user_id"], (db, p) =>
  db
    .selectFrom("user_passwords")
    .select("hash")
    .where("tenant_id", "=", p.tenant_id)
    .where("user_id", "=", p.user_id),
);

export const passwordColumns = ["tenant_id", "user_id", "hash", "updated_at"] as const;

const setPassword = defineQuery("users.setPasswordHash", passwordColumns, (db, p) =>
  db
    .insertInto("user_passwords")
    .values(assign(passwordColumns, p))
    .onConflict((conflict) =>
      conflict.columns(["tenant_id", "user_id"]).doUpdateSet((eb) => ({
        hash: eb.ref("excluded.hash"),
        updated_at: eb.ref("excluded.updated_at"),
      })),
    ),
);

const findAdministrator = defineQuery("users.isTenantAdministrator", ["tenant_id", "id"], (db, p) =>
  oneUser(db, p).select("is_tenant_administrator"),
);

/** Only this statement writes the column; those for the rest of a user leave it out. */
const setAdministrator = defineQuery(
  "users.setTenantAdministrator",
  ["is_tenant_administrator", "tenant_id", "id"],
  (db, p) =>
    db
      .updateTable("users")
      .set({ is_tenant_administrator: p.is_tenant_administrator })
      .where("tenant_id", "=", p.tenant_id)
      .where("id", "=", p.id)
      .where("is_tenant_administrator", "<>", p.is_tenant_administrator),
);

export function createUserStore(session: Session): UserStore {
  const findWith = (query: typeof find, args: readonly SqlValue[]) =>
    andThen(session.get(query, args), (row) => (row === undefined ? undefined : toRecord(row)));
  return {
    insert: (record) => session.write(insert, argumentsOf(userColumns, toRow(record))),
    find: (tenantId, id) => findWith(session.holdsRows ? findHeld : find, [tenantId, id]),
    findStatus: (tenantId, id) =>
      andThen(
        session.get(session.holdsRows ? findStatusHeld : findStatus, [tenantId, id]),
        (row) => row?.status as UserRecord["status"] | undefined,
      ),
    findByEmail: (tenantId, email) => findWith(findByEmail, [tenantId, email]),
    findByUsernameKey: (tenantId, usernameKey) =>
      findWith(findByUsernameKey, [tenantId, usernameKey]),
    update: (record) =>
      session.write(update, [
        ...argumentsOf(writableColumns, toRow(record)),
        record.tenant_id,
        record.id,
      ]),
    list: (tenantId, filter, page) => {
      const given = filters.filter((name) => filter[name] !== undefined);
      const args = given.map((name) => filter[name] as string);
      return runPage(session, pages.of(given), [tenantId, ...args], page);
    },
    findPasswordHash: (tenantId, userId) =>
      andThen(session.get(findPassword, [tenantId, userId]), (row) => row?.hash),
    setPasswordHash: (tenantId, userId, hash, at) =>
      session.write(setPassword, [tenantId, userId, hash, at]),
    isTenantAdministrator: (tenantId, userId) =>
      andThen(
        session.get(findAdministrator, [tenantId, userId]),
        (row) => row?.is_tenant_administrator === 1,
      ),
    setTenantAdministrator: (tenantId, userId, isAdministrator) =>
      andThen(
        session.run(setAdministrator, [toFlag(isAdministrator), tenantId, userId]),
        (count) => count > 0,
      ),
  };
}

/** No name contains it, so that no search matches across two fields. */
const fieldSeparator = "\u001f";

function toRow(record: UserRecord): Row {
  const searched = [record.name, record.username, record.email].filter((text) => text !== null);
  return {
    ...record,
    email_verified: toFlag(record.email_verified),
    metadata: JSON.stringify(record.metadata),
    private_metadata: JSON.stringify(record.private_metadata),
    client_metadata: JSON.stringify(record.client_metadata),
    // Folded here and not by the engine, because SQLite's lower() only handles ASCII.
    search_key: searched.map(nameKey).join(fieldSeparator),
  };
}

function toRecord(row: Row): UserRecord {
  const { search_key: _, ...record } = row;
  return {
    ...record,
    email_verified: row.email_verified === 1,
    status: row.status as UserRecord["status"],
    metadata: parseJson(row.metadata),
    private_metadata: parseJson(row.private_metadata),
    client_metadata: parseJson(row.client_metadata),
  };
}
