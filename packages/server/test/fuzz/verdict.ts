import { type Operation, type OperationId, operations, type Problem } from "@tenantry/contract";
import type { AnyRequest } from "./any-request.ts";
import { changedTables, eventsAdded, type Footprint, textOf } from "./footprint.ts";

/** A request with its answer, and what the server held before and after. */
export interface Exchange {
  readonly request: AnyRequest;
  /** The caller's tenant; undefined for the operator, who sees all. */
  readonly tenantId: string | undefined;
  readonly status: number;
  readonly text: string;
  readonly problem: Problem | undefined;
  readonly before: Footprint;
  readonly after: Footprint;
}

/** What is wrong with an exchange beside what the contract says of an answer. Empty where all is as it must be. */
export function faultsOf(exchange: Exchange): string[] {
  return [...faultsOfProblem(exchange), ...faultsOfChange(exchange), ...leaksOf(exchange)];
}

function faultsOfProblem({ problem }: Exchange): string[] {
  if (problem?.code !== "invalid_input") return [];
  const { errors } = problem;
  if (errors.length === 0) return ["invalid_input names no field"];
  const isTold = errors.every(({ pointer, detail }) => /^(\/|$)/.test(pointer) && detail !== "");
  return isTold ? [] : ["invalid_input says nothing of a field"];
}

/** A session that a used-up token names is ended by refusing it. */
const ofSessions: ReadonlySet<string> = new Set(["sessions", "refresh_tokens"]);

function faultsOfChange({ request, status, before, after }: Exchange): string[] {
  const { effect }: Operation = operations[request.id];
  const changed = changedTables(before, after);
  const added = eventsAdded(before, after);
  const said = `${changed.join(", ")}; ${added} events`;
  if (effect === "session") {
    const others = changed.filter((table) => !ofSessions.has(table));
    return others.length > 0 || added !== 0 ? [`a session changes more than itself: ${said}`] : [];
  }
  const mayChange = effect === "mutation" && status < 400 && !request.isDryRun;
  if (!mayChange) {
    return changed.length > 0 || added !== 0 ? [`${status} and yet a change: ${said}`] : [];
  }
  // An answer that is kept for a replay is no change of the records.
  const records = changed.filter((table) => table !== "idempotency_keys" && table !== "chain");
  if (added === null) return [`a chain has lost events: ${said}`];
  if (added === 0 && records.length > 0) return [`a change without an event: ${said}`];
  if (added > 0 && records.length === 0) return [`an event without a change: ${said}`];
  return [];
}

/** Answers that may name what is another tenant's. */
const acrossTenants: ReadonlySet<OperationId> = new Set([
  // The organization of that name, whichever tenant it is.
  "registerOrganization",
  "getRegisteredOrganization",
  "loginAdministrator",
  // Its examples name people who may be there.
  "getOpenApi",
  // What was refused to the tenant's own people, who may have named anything.
  "listDenials",
]);

/** What stands in the answer, in another tenant's rows, and neither in those of the caller's nor in the request. */
function leaksOf({ request, tenantId, text, before, after }: Exchange): string[] {
  if (tenantId === undefined || acrossTenants.has(request.id)) return [];
  const own = textOf(before, tenantId) + textOf(after, tenantId);
  const asked = decodeLeniently(request.path) + JSON.stringify(request.headers) + request.body;
  const isOwn = (value: string) => own.includes(value) || asked.includes(value);
  return distinctiveValues(text)
    .filter((value) => !isOwn(value) && isOfAnother(value, tenantId, before, after))
    .map((value) => `it tells of another tenant: ${value}`);
}

/** The ids, addresses and names in an answer that could not be in it by chance. */
function distinctiveValues(text: string): string[] {
  return [
    ...new Set(text.match(/\b(?:user|org|team|ten)_[0-9a-z]{26}\b|[\w.+-]+@[\w.-]+|Hidden \w+/g)),
  ];
}

function isOfAnother(value: string, tenantId: string, ...footprints: Footprint[]): boolean {
  return footprints.some(({ rows }) =>
    [...rows].some(([key, text]) => !key.startsWith(`${tenantId} `) && text.includes(value)),
  );
}

function decodeLeniently(path: string): string {
  return path.replaceAll(/%[0-7][0-9a-f]/gi, decodeURIComponent);
}
