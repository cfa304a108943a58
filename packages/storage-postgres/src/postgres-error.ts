import { DomainError, type ErrorCode } from "@tenantry/core";
import { constraintError, type Query, type SqlValue, type Violation } from "@tenantry/storage-sql";
import { DatabaseError } from "pg";

/** SQLSTATEs (PostgreSQL manual, appendix A) that mean something to a caller, and what to do about each. */
const statements: Readonly<Record<string, readonly [ErrorCode, (server: string) => string]>> = {
  "22021": ["invalid_input", () => "Text with the character U+0000 cannot be stored; leave it out"],
  "22P05": ["invalid_input", () => "Text with the character U+0000 cannot be stored; leave it out"],
  "25006": ["storage_unavailable", (server) => `${server} cannot be written; name the primary`],
  "28000": [
    "storage_unavailable",
    (server) => `${server} does not let this user in; see its pg_hba.conf and the user's name`,
  ],
  "28P01": [
    "storage_unavailable",
    (server) => `${server} refused the password; correct the user or password in DATABASE_URL`,
  ],
  "3D000": [
    "storage_unavailable",
    (server) =>
      `${server} is not there; put it back or restore it; before a first start, make it with CREATE DATABASE`,
  ],
  "40001": ["storage_busy", () => "Others changed the same rows at the same time; try again"],
  "40P01": ["storage_busy", () => "Others changed the same rows at the same time; try again"],
  "42501": [
    "storage_unavailable",
    (server) =>
      `${server} does not give this user the rights that are needed; make the user the owner of the database, or GRANT CREATE ON SCHEMA public`,
  ],
  "53100": [
    "storage_unavailable",
    (server) => `The disk of ${server} is full. Nothing was changed; free some space and try again`,
  ],
  "53300": [
    "storage_busy",
    (server) => `${server} takes no more connections; raise max_connections or lower the pool size`,
  ],
  "55P03": [
    "storage_busy",
    () => "Another change of the same organization takes too long; try again in a moment",
  ],
  "57014": ["storage_busy", () => "The storage took too long and the query was cancelled"],
};

/** True for a violated constraint. The transaction is lost then, whatever its body does. */
export function isViolation(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code?.startsWith("23") === true;
}

/** True for a conflict with other transactions; the same transaction can succeed when run again. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === "40001" || error.code === "40P01");
}

/** True where the password is wrong, or the server's access list refuses the user. */
export function isLoginRefused(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === "28P01" || error.code === "28000");
}

/** True where the connection is lost, and it is unknown whether the last statement was executed. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof DomainError) return false;
  if (!(error instanceof DatabaseError)) return error instanceof Error;
  return error.severity === "FATAL" || /^(08|57P)/.test(error.code ?? "");
}

/**
 * Why the server itself failed, as on a full disk; undefined for any other error. It may end all sessions then (PANIC,
 * which messages say in the server's language), and what it was about to commit may be there once it has recovered.
 */
export function failureOfServer(error: unknown): string | undefined {
  const isOfServer = error instanceof DatabaseError && /^(53|58|XX)/.test(error.code ?? "");
  return isOfServer ? error.message : undefined;
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
  server: string,
): unknown {
  if (!isViolation(error)) return toStorageError(error, server);
  const argument = (name: string) => String(args[query.argumentNames.indexOf(name)] ?? "");
  for (const violation of violationsOf(error, sql)) {
    const known = constraintError(violation, argument, error);
    if (known !== undefined) return known;
  }
  return new DomainError(
    "internal",
    "The storage refused a row that should not have been written",
    { cause: new Error(`${query.name}: ${error.message}`, { cause: error }) },
  );
}

/** What was violated: first by the exact name, then by what the statement shows. */
function violationsOf(error: DatabaseError, sql: string): readonly Violation[] {
  const { constraint } = error;
  if (error.code !== "23503") {
    return constraint === undefined ? [] : [{ kind: "named", constraint }];
  }
  const [, verb = "", table = ""] =
    /^\s*(insert into|update|delete from)\s+"?(\w+)/i.exec(sql) ?? [];
  const operation = verb.toLowerCase() === "delete from" ? "delete" : "write";
  const byTable: Violation = { kind: "foreign_key", table, operation };
  return constraint === undefined ? [byTable] : [{ kind: "named", constraint, operation }, byTable];
}

/** Maps a problem with the server to an error that says what to do. Other errors are returned unchanged. */
export function toStorageError(error: unknown, server: string): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error;
  const options = { cause: error };
  const code = error instanceof DatabaseError ? (error.code ?? "") : "";
  if (isOfAnotherTenant(error)) {
    return new DomainError("internal", "A row of another tenant would have been written", options);
  }
  const known = statements[code];
  if (known !== undefined) return new DomainError(known[0], known[1](server), options);
  if (error instanceof DatabaseError && !isConnectionLost(error)) {
    return new DomainError("internal", "The storage failed", options);
  }
  return isOfTheConnection(error)
    ? new DomainError(
        "storage_unavailable",
        `${server} cannot be reached (${reasonOf(error)}); see that it runs. This recovers by itself when it does`,
        options,
      )
    : error;
}

/**
 * A policy refused a row, which is a bug in this program and not a missing right. The message is in the server's
 * language.
 */
function isOfAnotherTenant(error: Error): boolean {
  return (
    error instanceof DatabaseError &&
    error.code === "42501" &&
    error.routine === "ExecWithCheckOptions"
  );
}

function reasonOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

/** Socket errors have a code in capitals; errors of the driver itself have only a message. */
function isOfTheConnection(error: Error): boolean {
  if (error instanceof DatabaseError) return true;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined) return /^E[A-Z]+$|^ERR_(SSL|TLS)/.test(code);
  return /connection|queryable|timeout/i.test(error.message);
}
