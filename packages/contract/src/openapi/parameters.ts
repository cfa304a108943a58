import type { z } from "zod";
import { type Operation, parameterNames } from "../operation.ts";
import { describeOne } from "./schemas.ts";

/** Headers and query fields that many operations share, such as Idempotency-Key. */
export const sharedParameters = {
  Tenant: {
    name: "Tenantry-Tenant",
    in: "header",
    description:
      "The id or slug of the tenant. Without it: the tenant of the access token, else `default`.",
    schema: { type: "string" },
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "A request that is sent again with the same key is carried out once. For 24 hours a repetition gets the first answer.",
    schema: { type: "string", minLength: 1, maxLength: 255 },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description:
      "The ETag that you read. If the record has changed since, nothing is changed and the answer is 412.",
    schema: { type: "string" },
    example: '"7"',
  },
  Consistency: {
    name: "Tenantry-Consistency",
    in: "header",
    description:
      "With `strong` the answer includes every change that any server has acknowledged. Without it, changes made through another server may be missing for a moment.",
    schema: { type: "string", enum: ["strong"] },
  },
  DryRun: {
    name: "dry_run",
    in: "query",
    description:
      "Carries out the request without keeping its changes. The answer is what the real request would get.",
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
  external_id: "The resource's id in your application.",
};

const queryDescriptions: Readonly<Record<string, string>> = {
  limit: "The greatest number of items on a page.",
  cursor: "`next_cursor` of the previous page.",
  skip: "How many items to skip. Prefer `cursor`, which stays exact when items are added or removed.",
  total: "Whether to return `total`, the number of all matching items.",
  q: "Any part of the name. Upper and lower case are the same.",
  after: "Only events with a greater sequence number.",
};

/** Whether a replica may answer the operation. `check` is not included: it has `consistency` in its body. */
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
  const query = Object.entries(operation.query?.shape ?? {}).map(([name, schema]) => {
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    const words = name.replaceAll("_", " ");
    const fallback = required ? `The ${words}.` : `Only items with this ${words}.`;
    return {
      name,
      in: "query",
      required,
      description: queryDescriptions[name] ?? fallback,
      schema: describeOne(schema as z.ZodType),
    };
  });
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
