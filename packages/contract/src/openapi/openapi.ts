import type { ErrorCode } from "@tenantry/core";
import { errorCodesOf, type Operation, tags } from "../operation.ts";
import { type OperationId, operations } from "../operations.ts";
import { statusOf } from "../problem.ts";
import { parametersOf, sharedParameters } from "./parameters.ts";
import { answerName, bodyName, componentSchemas, type JsonSchema } from "./schemas.ts";

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: Readonly<Record<string, unknown>>;
}

const description = `The organization layer of a B2B product: tenants, organizations, members, roles, plans and an audit log.

Errors are problem documents (RFC 9457) with a stable \`code\`. Lists accept \`limit\`, \`cursor\` and \`skip\`. Records have an
\`ETag\`, and changes to them accept \`If-Match\`. Mutations accept \`Idempotency-Key\` and \`dry_run=true\`. PUT works like PATCH: a field
that is absent keeps its value, and \`null\` clears it.

The operator and a tenant's administrators hold every permission in the tenant.`;

/** The contract as an OpenAPI document. */
export function buildOpenApi(version: string, serverUrl = "/"): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = path;
    path[operation.method.toLowerCase()] = describeOperation(id, operation);
    if (operation.alsoPut) path.put = describeOperation(id, operation, `${id}ByPut`);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Tenantry",
      version,
      description,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: serverUrl }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "A user's access token, or the operator key.",
        },
      },
      parameters: sharedParameters,
      headers: sharedHeaders,
      schemas: componentSchemas(),
    },
  };
}

const sharedHeaders = {
  ETag: {
    description: "The record's revision. Send it as If-Match to change this version only.",
    schema: { type: "string" },
  },
  Location: { description: "The path of the created record.", schema: { type: "string" } },
  Link: {
    description: "A link to the next page, where there is one (RFC 8288).",
    schema: { type: "string" },
  },
  "WWW-Authenticate": { description: "How to authenticate.", schema: { type: "string" } },
  "Retry-After": {
    description: "Seconds to wait before the next request.",
    schema: { type: "integer" },
  },
};

function describeOperation(id: OperationId, operation: Operation, operationId: string = id) {
  const { body, permission, example } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId,
    tags: [operation.tag],
    summary: operation.summary,
    description: [
      permissionText[permission] ?? `Needs the permission \`${permission}\`.`,
      operation.description,
    ]
      .filter(Boolean)
      .join(" "),
    security: permission === "anonymous" ? [] : [{ bearer: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: !operation.isBodyOptional,
        content: {
          "application/json": {
            schema: reference("schemas", bodyName(body)),
            ...(example?.body !== undefined && { example: example.body }),
          },
        },
      },
    }),
    responses: { [operation.status]: success(operation), ...failures(operation) },
  };
}

const permissionText: Partial<Record<Operation["permission"], string>> = {
  anonymous: "Needs no credentials.",
  authenticated: "Needs credentials.",
  self: "Only the user, administrators of the tenant and the operator may do this.",
  own_membership: "Only the invited user may do this.",
  administrator: "Only the operator and administrators of the tenant may do this.",
  operator: "Only the operator may do this.",
};

function success(operation: Operation) {
  const { answer, etag, location, mediaType = "application/json", example } = operation;
  const headers = {
    ...(etag !== undefined && { ETag: reference("headers", "ETag") }),
    ...(location !== undefined && { Location: reference("headers", "Location") }),
    ...(operation.query?.shape.cursor !== undefined && { Link: reference("headers", "Link") }),
  };
  const schema: JsonSchema | undefined =
    answer === null ? undefined : reference("schemas", answerName(answer));
  return {
    description: answer === null ? "Done." : operation.summary,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(schema !== undefined && {
      content: {
        [mediaType]: { schema, ...(example?.answer !== undefined && { example: example.answer }) },
      },
    }),
  };
}

function failures(operation: Operation) {
  const codesByStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(operation)) {
    const status = statusOf(code);
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  const ascending = [...codesByStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    ascending.map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\``).join(", "),
        ...(status === 401 && {
          headers: { "WWW-Authenticate": reference("headers", "WWW-Authenticate") },
        }),
        ...(status === 429 && { headers: { "Retry-After": reference("headers", "Retry-After") } }),
        content: { "application/problem+json": { schema: reference("schemas", "Problem") } },
      },
    ]),
  );
}

function reference(kind: "schemas" | "headers", name: string) {
  return { $ref: `#/components/${kind}/${name}` };
}
