import type { FastifyInstance } from "fastify";

/**
 * Accepts JSON bodies only. A body that sets `__proto__` or `constructor.prototype` is refused. An empty body counts
 * as absent, because clients send the content type with every POST.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, text, done) => {
      if (text === "") done(null, undefined);
      else void parse(request, text, done);
    },
  );
}
