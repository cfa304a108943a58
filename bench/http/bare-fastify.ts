import fastify from "fastify";
import { readUsage, serveParent } from "../children/serve-parent.ts";

export type BareInput = { answer: string };

serveParent({ open, usage: readUsage });

/**
 * The least work that a Fastify server can do for a check: parse the same body and send the same
 * bytes with the same type. No token, no schema, no look-up, no log.
 */
async function open({ answer }: BareInput): Promise<{ origin: string }> {
  const app = fastify({ logger: false });
  app.post("/api/v1/check", (request, reply) => {
    if (typeof request.body !== "object") throw new TypeError("the body was not parsed");
    return reply.type("application/json; charset=utf-8").send(answer);
  });
  return { origin: await app.listen({ host: "127.0.0.1", port: 0 }) };
}
