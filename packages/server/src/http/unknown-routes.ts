import { type Operation, operationIds, operations } from "@tenantry/contract";
import { DomainError } from "@tenantry/core";
import type { FastifyInstance, HTTPMethods, RouteOptions } from "fastify";
import { sendProblem } from "./problem.ts";

const everyMethod: readonly HTTPMethods[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
];

/** The methods of each path. HEAD counts as supported wherever GET is. */
function methodsByPath(): Map<string, HTTPMethods[]> {
  const methods = new Map<string, HTTPMethods[]>();
  for (const { path, method, alsoPut } of operationIds.map((id): Operation => operations[id])) {
    const known = methods.get(path) ?? [];
    known.push(method, ...(alsoPut ? (["PUT"] as const) : []));
    if (method === "GET") known.push("HEAD");
    methods.set(path, known);
  }
  return methods;
}

/** Routes for methods that a path does not support (405, with the supported ones), and for OPTIONS. */
export function otherMethodRoutes(): RouteOptions[] {
  return [...methodsByPath()].map(([path, known]) => {
    const allow = [...known, "OPTIONS"].join(", ");
    return {
      method: everyMethod.filter((method) => !known.includes(method)),
      url: path.replaceAll(/\{([^}]+)\}/g, ":$1"),
      config: { permission: "anonymous" },
      onRequest: async (request, reply) => {
        void reply.header("allow", allow);
        if (request.method === "OPTIONS") return reply.code(204).send();
        throw new DomainError("method_not_allowed", `${request.method} is not one of: ${allow}`);
      },
      handler: async () => undefined,
    };
  });
}

/** Answers 404 for every other path. */
export function answerUnknownRoutes(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new DomainError(
        "route_not_found",
        "There is nothing at this path; /openapi.json lists all paths",
      ),
      request,
      reply,
    ),
  );
}
