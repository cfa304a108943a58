import type { FastifyInstance, FastifyRequest } from "fastify";

/** Parses a body, or fails as the framework does; an empty one counts as none. */
export type JsonParser = (request: FastifyRequest, text: string) => Promise<unknown>;

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

/** The same parser, for a route that takes the text and parses it later. */
export function createJsonParser(app: FastifyInstance): JsonParser {
  const parse = app.getDefaultJsonParser("error", "error");
  return async (request, text) => {
    if (text === "") return undefined;
    return await new Promise((resolve, reject) => {
      void parse(request, text, (error, body) => {
        if (error) reject(error);
        else resolve(body);
      });
    });
  };
}
