import { type Denial, type ErrorCode, listDenials, openPage } from "@tenantry/core";
import { expect } from "vitest";
import { type CallOptions, type Client, createClient } from "./http-client.ts";
import type { TestServer } from "./test-server.ts";

/** What the security logs of all tenants say of a request. */
export async function denialsOf(
  { tenantry }: TestServer,
  requestId: string,
): Promise<readonly Denial[]> {
  await tenantry.engine.flush();
  const found: Denial[] = [];
  for (const { id: tenantId } of await tenantry.engine.storage.committed.tenants.all()) {
    const page = await listDenials(tenantry.context({ tenantId }), { limit: 200 });
    found.push(...openPage<Denial>(page).items);
  }
  return found.filter(({ request_id }) => request_id === requestId);
}

/** Refusals (401, 403, 404) that are no denials, each with the reason. Everything else that is answered so leaves a line. */
const noDenials: Partial<Record<ErrorCode, string>> = {
  authentication_required: "nothing was shown, so nothing was refused but asked for",
  registration_closed: "nobody may register",
  tenant_suspended: "the tenant is closed to everybody of it",
  route_not_found: "there is nothing of ours",
  // Whoever hears these may look there, and it is not there: an id of another organization's is no other than one that never was.
  member_not_found: "the caller sees the organization's members",
  role_not_found: "the caller sees the roles",
  plan_not_found: "the caller sees the plans",
  team_not_found: "the caller sees the organization's teams",
  team_member_not_found: "the caller sees the team",
  resource_not_found: "the caller sees the organization's resources",
};

const refusals: ReadonlySet<number> = new Set([401, 403, 404]);

/**
 * Whether an answer owes the security log a line. Other statuses than the three of refusals are about what was sent (400, 413, 415, 422, 428)
 * or what stands there already (409, 412), and nobody is kept from anything.
 */
function isDenial({ as }: CallOptions, status: number, code: ErrorCode): boolean {
  if (!refusals.has(status) || code in noDenials) return false;
  // The operator may see everything, and to whoever shows nothing only names are looked up: there is just none.
  const isAbove = as === "operator" || as === undefined;
  return !(status === 404 && isAbove);
}

/**
 * A client for attacks: every refusal has left exactly one line in the security log, with the code that was answered, and everything else
 * none.
 *
 * @param owesLine Which answers owe a line.
 */
export function createAttackClient(server: TestServer, owesLine = isDenial): Client {
  const client = createClient(server.address);
  return async (id, options = {}) => {
    const answered = await client(id, options);
    const { status, headers, problem } = answered;
    // Checks that are answered at once are given no id, and are no refusals.
    const requestId = headers.get("x-request-id");
    if (requestId === null) return answered;
    const code = problem?.code as ErrorCode | undefined;
    const owed = code !== undefined && owesLine(options, status, code) ? [code] : [];
    const left = await denialsOf(server, requestId);
    expect([id, status, left.map((denial) => denial.code)]).toEqual([id, status, owed]);
    return answered;
  };
}

/** As {@link createAttackClient}, for refusals that are everyday life: no answer leaves a line. */
export function createEverydayClient(server: TestServer): Client {
  return createAttackClient(server, () => false);
}
