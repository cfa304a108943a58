import type { FastifyInstance } from "fastify";

/**
 * JSON and nothing else. A body that sets `__proto__` or `constructor.prototype` is no JSON to us; an empty one counts as none,
 * because clients send the header with every POST.
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
