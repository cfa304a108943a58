import type { Actor } from "@tenantry/core";
import { OrgManagerError } from "./org-manager-error.ts";

type Write = (fields: Record<string, unknown>, message: string) => void;

/** Where operations are logged: a pino logger, or anything with these methods. */
export interface OperationLog {
  /** Operations that change something, whether or not there was anything to change. */
  readonly info: Write;
  /** Operations that were refused or failed. */
  readonly warn: Write;
  /** Operations that read. */
  readonly debug: Write;
}

/** An operation as it is logged. */
export interface Operation {
  readonly name: string;
  readonly organizationId: string | null;
  readonly isReading: boolean;
  /** Further fields of the log line: the user, the role, the plan. */
  readonly fields?: Record<string, unknown>;
}

/** Writes one JSON line to standard error for each operation except reads. */
export const jsonLines: OperationLog = {
  info: (fields, message) => writeLine("info", fields, message),
  warn: (fields, message) => writeLine("warn", fields, message),
  debug() {},
};

/** Writes nothing. */
export const silent: OperationLog = { info() {}, warn() {}, debug() {} };

function writeLine(level: string, fields: Record<string, unknown>, msg: string): void {
  const time = new Date().toISOString();
  process.stderr.write(`${JSON.stringify({ time, level, name: "org_manager", ...fields, msg })}\n`);
}

/** Runs the work and logs it with its outcome when it has ended. */
export async function logOperation<T>(
  log: OperationLog,
  actor: Actor,
  operation: Operation,
  work: () => Promise<T>,
): Promise<T> {
  const fields = {
    operation: operation.name,
    organization_id: operation.organizationId,
    actor,
    ...operation.fields,
  };
  try {
    const result = await work();
    if (operation.isReading) log.debug(fields, operation.name);
    else log.info({ ...fields, ...outcomeOf(result) }, operation.name);
    return result;
  } catch (error) {
    const code = error instanceof OrgManagerError ? error.code : "internal";
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ ...fields, outcome: "failed", code }, `${operation.name}: ${reason}`);
    throw error;
  }
}

/** A call that changes something returns the new organization's id, or `false` where there was nothing to change. */
function outcomeOf(result: unknown): Record<string, unknown> {
  if (typeof result === "string") return { organization_id: result, outcome: "done" };
  return { outcome: result === false ? "not_found" : "done" };
}
