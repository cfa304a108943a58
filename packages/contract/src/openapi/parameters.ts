import type { z } from "zod";
import { type Operation, parameterNames } from "../operation.ts";
import { describeOne } from "./schemas.ts";

/** Headers and query fields that a mechanism brings, not an operation. */
export const sharedParameters = {
  Tenant: {
    name: "Tenantry-Tenant",
    in: "header",
    description: "The tenant's id or slug; without it the token's own, or `default`.",
    schema: { type: "string" },
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Under one key a mutation happens once, however often it is sent; the answer is replayed for 24 hours.",
    schema: { type: "string", minLength: 1, maxLength: 255 },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "The ETag that was read. A resource that has changed since is left alone (412).",
    schema: { type: "string" },
    example: '"7"',
  },
  Consistency: {
    name: "Tenantry-Consistency",
    in: "header",
    description:
      "`strong` has a list hold every change that any server acknowledged before; without it, those that this server acknowledged or heard of.",
    schema: { type: "string", enum: ["strong"] },
  },
  DryRun: {
    name: "dry_run",
    in: "query",
    description: "Does everything but keep it: the answer is what would be.",
    schema: { type: "boolean", default: false },
  },
};

const pathDescriptions: Readonly<Record<string, string>> = {
  tenant_id: "The tenant's id or slug.",
  organization_id: "The organization's id.",
  user_id: "The user's id.",
  team_id: "The team's id.",
  role_key: "The role's key.",
  plan_key: "The plan's key.",
  type: "The resource's type.",
  external_id: "The application's own id.",
};

const queryDescriptions: Readonly<Record<string, string>> = {
  limit: "How many items at most.",
  cursor: "`next_cursor` of the page before.",
  skip: "How many items to leave out first; `cursor` is better.",
  total: "Whether to count all items as well.",
  q: "A part of the name, without regard to case.",
  after: "Only events after this sequence number.",
};

/** What a replica may answer. A check has its own word for freshness, in its body. */
function isReadOfTenant({ effect, method, permission, tag }: Operation): boolean {
  const isOfTenant = tag !== "Operational" && permission !== "anonymous";
  return isOfTenant && effect === "read" && method === "GET";
}

/** The parameters of an operation, its own first. */
export function parametersOf(operation: Operation): unknown[] {
  const path = parameterNames(operation.path).map((name) => ({
    name,
    in: "path",
    required: true,
    description: pathDescriptions[name] ?? name,
    schema: { type: "string" },
  }));
  const query = Object.entries(operation.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: !(schema as z.ZodType).safeParse(undefined).success,
    description: queryDescriptions[name] ?? `Only with this ${name.replaceAll("_", " ")}.`,
    schema: describeOne(schema as z.ZodType),
  }));
  const shared = [
    ...(operation.tag === "Operational" ? [] : ["Tenant"]),
    ...(operation.effect === "mutation" ? ["IdempotencyKey", "DryRun"] : []),
    ...(operation.ifMatch ? ["IfMatch"] : []),
    ...(isReadOfTenant(operation) ? ["Consistency"] : []),
  ];
  return [
    ...path,
    ...query,
    ...shared.map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}
