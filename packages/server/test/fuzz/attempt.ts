import { type Operation, operations, type Problem } from "@tenantry/contract";
import { readByContract } from "../http-client.ts";
import { operatorKey } from "../test-server.ts";
import type { AnyRequest, RequestDraft } from "./any-request.ts";
import { changedTables, footprintOf } from "./footprint.ts";
import type { Surroundings } from "./surroundings.ts";
import { faultsOf } from "./verdict.ts";

interface Answered {
  /** 0 where there was no answer. */
  readonly status: number;
  readonly text: string;
  readonly problem: Problem | undefined;
  /** What the contract does not have in it. */
  readonly faults: readonly string[];
}

/** Sends a request, says what is wrong with the answer and with what it did. One that was done under a key is sent again. */
export async function attempt(at: Surroundings, draft: RequestDraft): Promise<string[]> {
  const request = draft(at);
  const before = at.footprint;
  const first = await exchange(at, request);
  const faults = [...first.faults, ...(await judge(at, request, first))];
  if (isReplayable(request, first) && changedTables(before, at.footprint).length > 0) {
    faults.push(...(await replay(at, request, first)));
  }
  return faults.map((fault) => `${fault}\n${shown(request, first)}`);
}

/** As {@link attempt}, at once with others: what each of them did cannot be told, and only its answer is looked at. */
export async function attemptTogether(
  at: Surroundings,
  drafts: readonly RequestDraft[],
): Promise<string[]> {
  const requests = drafts.map((draft) => draft(at));
  const all = await Promise.all(
    requests.map(async (request) => {
      const answered = await exchange(at, request);
      return answered.faults.map((fault) => `${fault}\n${shown(request, answered)}`);
    }),
  );
  return all.flat();
}

async function exchange(at: Surroundings, request: AnyRequest): Promise<Answered> {
  const { fixture, known, sender } = at;
  const token = fixture.tokenOf(request.as);
  const authorization = `Bearer ${token === "operator" ? operatorKey : token}`;
  const headers = { ...(token !== undefined && { authorization }), ...request.headers };
  let status = 0;
  let text = "";
  try {
    const response = await sender.send({ ...request, headers });
    status = response.status;
    text = await response.clone().text();
    const { body, problem } = await readByContract(request.id, response);
    known.learn(body);
    const etag = response.headers.get("etag");
    if (etag !== null) known.add("etag", etag);
    const isFailure = status >= 500 && problem?.code !== "storage_busy";
    return { status, text, problem, faults: isFailure ? [`it answers ${status}`] : [] };
  } catch (error) {
    return { status, text, problem: undefined, faults: [`outside the contract: ${error}`] };
  }
}

async function judge(at: Surroundings, request: AnyRequest, answered: Answered): Promise<string[]> {
  const before = at.footprint;
  at.footprint = await footprintOf(at.fixture.server.tenantry.engine);
  const tenantId = callersTenant(at, request);
  return faultsOf({ ...answered, request, tenantId, before, after: at.footprint });
}

function isReplayable({ id, headers, isDryRun }: AnyRequest, { status }: Answered): boolean {
  const { effect }: Operation = operations[id];
  const isDone = status > 0 && status < 400;
  return isDone && effect === "mutation" && !isDryRun && headers["idempotency-key"] !== undefined;
}

async function replay(at: Surroundings, request: AnyRequest, first: Answered): Promise<string[]> {
  const before = at.footprint;
  const again = await exchange(at, request);
  const faults = [...again.faults, ...(await judge(at, request, again))];
  const changed = changedTables(before, at.footprint);
  if (changed.length > 0) faults.push(`a replay changes ${changed.join(", ")}`);
  const isSame = again.status === first.status && again.text === first.text;
  if (!isSame && !mayRefuseReplay(request, again)) {
    faults.push(`a replay answers ${again.status}: ${again.text.slice(0, 300)}`);
  }
  return faults;
}

/** A secret is shown once; and whoever has ended their own right is not let in again everywhere. */
function mayRefuseReplay({ id, path }: AnyRequest, { status, problem }: Answered): boolean {
  if (problem?.code === "idempotency_key_secret" || status === 401) return true;
  // The key is kept among the tenant's rows, and the slug that the tenant was found by is no longer its slug.
  const isRenamed = id === "updateTenant" && !path.includes("/ten_");
  return isRenamed && problem?.code === "tenant_not_found";
}

function callersTenant(
  { tenantIds }: Surroundings,
  { as, headers }: AnyRequest,
): string | undefined {
  if (as === "operator") return undefined;
  if (as === "otherTenant") return tenantIds.other;
  const isThere = ["other", tenantIds.other].includes(headers["tenantry-tenant"] ?? "");
  return as === "anonymous" && isThere ? tenantIds.other : tenantIds.own;
}

function shown({ id, as, method, path, headers, body }: AnyRequest, { text }: Answered): string {
  const sent = body === undefined ? "" : ` ${String(body).slice(0, 500)}`;
  const request = `${method} ${path.slice(0, 500)} ${JSON.stringify(headers)}${sent}`;
  return `  ${id} as ${as}: ${request}\n  → ${text.slice(0, 500)}`;
}
