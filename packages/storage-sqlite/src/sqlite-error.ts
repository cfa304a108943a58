import { DomainError } from "@tenantry/core";
import { constraintError, type Query, type SqlValue, type Violation } from "@tenantry/storage-sql";

/** SQLite's primary result codes (sqlite.org/rescode.html); extended codes add information in the upper bits. */
const resultCodes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  constraint: 19,
  notADatabase: 26,
} as const;

const extendedCodes = { foreignKey: 787, primaryKey: 1555, unique: 2067, rowid: 2579 } as const;

interface SqliteError extends Error {
  readonly code: "ERR_SQLITE_ERROR";
  readonly errcode: number;
  readonly errstr: string;
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && (error as Partial<SqliteError>).code === "ERR_SQLITE_ERROR";
}

function primaryCode(error: SqliteError): number {
  return error.errcode & 0xff;
}

/** True where another connection holds a lock; a retry can succeed. */
export function isBusy(error: unknown): boolean {
  if (!isSqliteError(error)) return false;
  const code = primaryCode(error);
  return code === resultCodes.busy || code === resultCodes.locked || code === resultCodes.protocol;
}

/**
 * Maps a failed statement to a DomainError: a violated constraint has its own code, everything else is a problem of
 * the storage.
 */
export function toStatementError(
  error: unknown,
  query: Query<unknown>,
  sql: string,
  args: readonly SqlValue[],
  path: string,
): unknown {
  if (!isSqliteError(error) || primaryCode(error) !== resultCodes.constraint) {
    return toStorageError(error, path);
  }
  const violation = violationOf(error, sql);
  const argument = (name: string) => String(args[query.argumentNames.indexOf(name)] ?? "");
  return (violation && constraintError(violation, argument, error)) ?? toProgramFault(error, query);
}

function toProgramFault(error: SqliteError, query: Query<unknown>): DomainError {
  return new DomainError(
    "internal",
    "The storage refused a row that should not have been written",
    {
      cause: new Error(`${query.name}: ${error.message}`, { cause: error }),
    },
  );
}

function violationOf(error: SqliteError, sql: string): Violation | undefined {
  const [, detail] = /^\w+(?: \w+)? constraint failed: (.*)$/.exec(error.message) ?? [];
  switch (error.errcode) {
    case extendedCodes.unique:
    case extendedCodes.primaryKey:
    case extendedCodes.rowid:
      return detail === undefined ? undefined : { kind: "unique", columns: detail };
    case extendedCodes.foreignKey:
      return foreignKeyViolation(sql);
    default:
      return detail === undefined ? undefined : { kind: "named", constraint: detail };
  }
}

/** SQLite only says that a foreign key failed; the statement shows of which table. */
function foreignKeyViolation(sql: string): Violation | undefined {
  const [, verb, table] = /^\s*(insert into|update|delete from)\s+"?(\w+)/i.exec(sql) ?? [];
  if (verb === undefined || table === undefined) return undefined;
  const operation = verb.toLowerCase() === "delete from" ? "delete" : "write";
  return { kind: "foreign_key", table, operation };
}

/** Maps a problem with the file to an error that says what to do. Other errors are returned unchanged. */
export function toStorageError(error: unknown, path: string): unknown {
  if (!isSqliteError(error)) return error;
  const options = { cause: error };
  switch (primaryCode(error)) {
    case resultCodes.corrupt:
    case resultCodes.notADatabase:
      return new DomainError(
        "storage_damaged",
        `${path} is damaged or no SQLite database (${error.message}). It was left as it is; restore a backup`,
        options,
      );
    case resultCodes.full:
      return new DomainError(
        "storage_unavailable",
        `The disk that holds ${path} is full. Nothing was changed; free some space and try again`,
        options,
      );
    case resultCodes.readOnly:
      return new DomainError(
        "storage_unavailable",
        `${path} cannot be written. Give this program the right to write the file and its directory`,
        options,
      );
    case resultCodes.cannotOpen:
      return new DomainError(
        "storage_unavailable",
        `${path} cannot be opened. See that the directory is there and may be written`,
        options,
      );
    case resultCodes.busy:
    case resultCodes.locked:
    case resultCodes.protocol:
      return new DomainError(
        "storage_busy",
        `${path} is in use by another program; try again in a moment`,
        options,
      );
    case resultCodes.ioError:
      return new DomainError(
        "storage_unavailable",
        `Reading or writing ${path} failed (${error.message}). See the system's log of the disk`,
        options,
      );
    default:
      return new DomainError("internal", "The storage failed", options);
  }
}
