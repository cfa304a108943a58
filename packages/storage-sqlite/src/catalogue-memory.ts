import { type Query, type SqlValue, sqliteDialect } from "@tenantry/storage-sql";
import { isWritingStatement, type SqliteSession } from "./sqlite-session.ts";

/** The tables that almost every mutation reads and almost none changes. */
const catalogueTables: ReadonlySet<string> = new Set(["plans", "tenants"]);

/** When it is reached, all rows are forgotten and read again when needed. */
const mostRows = 1000;

type Effect = "reads the catalogue" | "changes the catalogue" | "neither";

/** The writer's session, which remembers rows of tenants and plans while nobody can have changed them. */
export interface CatalogueMemory {
  readonly session: SqliteSession;
  /**
   * Called when a transaction has begun.
   *
   * @param foreignCommits Differs from the last time if another handle has committed since.
   */
  begin(foreignCommits: number): void;
}

/**
 * Remembers rows across transactions. That is exact because the writer's handle sees every change: those of other
 * handles before its transaction begins, and its own as statements. A transaction that changes the catalogue remembers
 * nothing from there to its end, because what it reads may be rolled back.
 */
export function createCatalogueMemory(session: SqliteSession): CatalogueMemory {
  const effects: (Effect | undefined)[] = [];
  const rows = new Map<string, unknown>();
  let isKeeping = false;
  let seenCommits = 0;

  function effectOf(query: Query<unknown>): Effect {
    effects[query.id] ??= findEffect(query.compile(sqliteDialect).sql);
    return effects[query.id] as Effect;
  }

  function beforeWrite(query: Query<unknown>): void {
    if (effectOf(query) !== "changes the catalogue") return;
    rows.clear();
    isKeeping = false;
  }

  function remember<Row>(query: Query<Row>, args: readonly SqlValue[]): Row | undefined {
    const key = `${query.id} ${args.length === 1 ? args[0] : JSON.stringify(args)}`;
    const known = rows.get(key);
    if (known !== undefined) return known as Row;
    const row = session.get(query, args);
    if (row === undefined) return undefined;
    if (rows.size >= mostRows) rows.clear();
    rows.set(key, Object.freeze(row));
    return row;
  }

  return {
    session: {
      ...session,
      get(query, args) {
        if (isKeeping && effectOf(query) === "reads the catalogue") return remember(query, args);
        beforeWrite(query);
        return session.get(query, args);
      },
      all(query, args) {
        beforeWrite(query);
        return session.all(query, args);
      },
      run(query, args) {
        beforeWrite(query);
        return session.run(query, args);
      },
      write(query, args) {
        beforeWrite(query);
        session.write(query, args);
      },
    },
    begin(foreignCommits) {
      if (foreignCommits !== seenCommits) rows.clear();
      seenCommits = foreignCommits;
      isKeeping = true;
    },
  };
}

/** Exported for a test, which compares it with what SQLite does. */
export function findEffect(sql: string): Effect {
  const tables = Array.from(sql.matchAll(/\b(?:from|join|into|update) "?(\w+)/gi), (match) =>
    catalogueTables.has(match[1] as string),
  );
  if (isWritingStatement(sql)) return tables[0] === true ? "changes the catalogue" : "neither";
  return tables.length === 1 && tables[0] === true ? "reads the catalogue" : "neither";
}
