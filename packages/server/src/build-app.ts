import cors from "@fastify/cors";
import type { RequiredPermission } from "@tenantry/contract";
import { type OperationId, operationIds } from "@tenantry/contract";
import { type FastifyInstance, fastify } from "fastify";
import { answerPlainChecks } from "./access/fast-check.ts";
import { serveReferencePages } from "./docs/reference-pages.ts";
import { logRequests } from "./http/access-log.ts";
import { answerErrors, answerMalformedRequest } from "./http/error-handling.ts";
import { acceptJsonBodies } from "./http/json-body.ts";
import { operationRoute } from "./http/operation-route.ts";
import { sendProblem } from "./http/problem.ts";
import { apiHeaders, transportHeaders } from "./http/security-headers.ts";
import { answerUnknownRoutes, otherMethodRoutes } from "./http/unknown-routes.ts";
import { routes } from "./routes.ts";
import type { ServerParts } from "./server-parts.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may use the route. The server does not start with a route that lacks this. */
    permission?: RequiredPermission;
  }
}

const bodyLimitBytes = 1024 * 1024;
/** Ids of any form are looked up, but a longer path is none of ours. */
const maximumParameterLength = 2048;

/** Checks have a scope of their own, without the hooks that cost time: no log line, no headers for browsers. */
const hotOperations: ReadonlySet<OperationId> = new Set(["check", "checkBatch"]);

/** Builds the whole HTTP interface of a server. It does not listen yet. */
export async function buildApp(server: ServerParts): Promise<FastifyInstance> {
  const { settings, log } = server;
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    trustProxy: settings.trustProxy.length > 0 ? [...settings.trustProxy] : false,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: maximumParameterLength },
    clientErrorHandler: answerMalformedRequest,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  });
  app.decorateRequest("state", null);
  requirePermissions(app);
  acceptJsonBodies(app);
  answerErrors(app, log);
  await allowOrigins(app, settings.corsOrigins);
  answerPlainChecks(app, server);
  await app.register(async (scope) => {
    for (const id of hotOperations) scope.route(operationRoute(server, id, routes[id]));
  });
  await app.register(async (scope) => answerOperations(scope, server));
  await app.register(async (scope) => {
    logRequests(scope, server);
    await serveReferencePages(scope);
  });
  return app;
}

/** Routes that packages add: files of the reference pages, and the answer to CORS preflight requests. */
const addedByPackages = /^(\/docs\/assets\/.*|\*)$/;

/** Refuses to start with a route that does not say who may use it. */
export function requirePermissions(app: FastifyInstance): void {
  app.addHook("onRoute", ({ config, method, url }) => {
    if (config?.permission !== undefined || addedByPackages.test(url)) return;
    throw new Error(`${String(method)} ${url} names no permission`);
  });
}

async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: origins.includes("*") ? "*" : [...origins],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    exposedHeaders: [
      "ETag",
      "Location",
      "Link",
      "Retry-After",
      "RateLimit",
      "RateLimit-Policy",
      "X-Request-Id",
    ],
    maxAge: 600,
  });
}

function answerOperations(app: FastifyInstance, server: ServerParts): void {
  const headers = { ...apiHeaders, ...transportHeaders(server.settings.publicUrl) };
  app.addHook("onRequest", (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
  logRequests(app, server);
  for (const id of operationIds) {
    if (!hotOperations.has(id)) app.route(operationRoute(server, id, routes[id]));
  }
  for (const route of otherMethodRoutes()) app.route(route);
  answerUnknownRoutes(app);
}
