import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import fastifyStatic from "@fastify/static";
import { renderErrorPage } from "@tenantry/contract";
import { type ErrorCode, errorCatalogue } from "@tenantry/core";
import type { FastifyInstance } from "fastify";
import { pageHeaders } from "../http/security-headers.ts";

const require = createRequire(import.meta.url);
const swaggerDirectory = dirname(require.resolve("swagger-ui-dist/package.json"));
const redocScript = join(
  dirname(require.resolve("@redocly/cli/package.json")),
  "lib/chunks/redoc.standalone.js",
);

const open = { config: { permission: "anonymous" } } as const;

/**
 * Serves `/docs` (Swagger UI), `/redoc` and the pages of error codes. All files come from this server, so that they
 * work without internet access.
 */
export async function serveReferencePages(app: FastifyInstance): Promise<void> {
  app.addHook("onRequest", async (_request, reply) => {
    void reply.headers(pageHeaders);
  });
  await app.register(fastifyStatic, {
    root: swaggerDirectory,
    prefix: "/docs/assets/",
    decorateReply: false,
    index: false,
    allowedPath: (path) =>
      /^\/(swagger-ui\.css|swagger-ui-bundle\.js|favicon-\d+x\d+\.png)$/.test(path),
  });
  servePages(app);
  serveScripts(app);
}

function servePages(app: FastifyInstance): void {
  const pages = { "/docs": docsPage, "/redoc": redocPage };
  for (const [path, page] of Object.entries(pages)) {
    app.get(path, open, (_request, reply) => reply.type("text/html; charset=utf-8").send(page));
  }
  app.get<{ Params: { code: string } }>("/errors/:code", open, (request, reply) => {
    const { code } = request.params;
    if (!Object.hasOwn(errorCatalogue, code)) return reply.callNotFound();
    const page = renderErrorPage(code as ErrorCode);
    return reply.type("text/markdown; charset=utf-8").send(page);
  });
}

function serveScripts(app: FastifyInstance): void {
  const scripts = { "/docs/assets/start.js": docsScript, "/redoc/assets/start.js": redocStart };
  for (const [path, script] of Object.entries(scripts)) {
    app.get(path, open, (_request, reply) =>
      reply.type("text/javascript; charset=utf-8").send(script),
    );
  }
  app.get("/redoc/assets/redoc.js", open, async (_request, reply) => {
    const script = await readFile(redocScript, "utf8");
    return reply
      .type("text/javascript; charset=utf-8")
      .header("cache-control", "public, max-age=3600")
      .send(script);
  });
}

const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Tenantry API</title>
    <link rel="icon" href="/docs/assets/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/start.js"></script>
  </body>
</html>
`;

const docsScript = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

const redocPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Tenantry API</title>
    <link rel="icon" href="/docs/assets/favicon-32x32.png">
    <style>body { margin: 0; padding: 0; }</style>
  </head>
  <body>
    <div id="redoc"></div>
    <script type="module" src="/redoc/assets/start.js"></script>
  </body>
</html>
`;

const redocStart = `import { init } from "/redoc/assets/redoc.js";
const response = await fetch("/openapi.json");
init(await response.json(), { disableTelemetry: true }, document.getElementById("redoc"));
`;
