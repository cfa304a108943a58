import type { Operation } from "@tenantry/contract";
import type { JsonPage } from "@tenantry/core";
import type { FastifyReply, FastifyRequest } from "fastify";

const jsonMediaType = "application/json; charset=utf-8";

/** Answers with the result of a use case, in the form that the contract defines. */
export function present(
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  result: unknown,
  isDryRun: boolean,
): FastifyReply {
  void reply.code(operation.status);
  if (operation.answer === null) return reply.send();
  if (operation.mediaType !== undefined) {
    return reply.header("content-type", `${operation.mediaType}; charset=utf-8`).send(result);
  }
  void reply.header("content-type", jsonMediaType);
  const body = result as Readonly<Record<string, unknown>>;
  if (operation.etag !== undefined) void reply.header("etag", `"${body[operation.etag]}"`);
  // What a dry run would have created has no location.
  if (operation.location !== undefined && !isDryRun) {
    void reply.header("location", fill(operation.location, body));
  }
  if (!("next_cursor" in body)) return reply.send(JSON.stringify(body));
  const { next_cursor, has_more } = body;
  if (has_more && typeof next_cursor === "string") {
    void reply.header("link", `<${nextPage(request.url, next_cursor)}>; rel="next"`);
  }
  return reply.send(
    "items_json" in body ? pageText(body as unknown as JsonPage) : JSON.stringify(body),
  );
}

/** A page as JSON text. Its items are JSON text from the storage already and are not parsed. */
function pageText(page: JsonPage): string {
  const total = page.total === undefined ? "" : `,"total":${page.total}`;
  return `{"items":${page.items_json},"next_cursor":${JSON.stringify(page.next_cursor)},"has_more":${page.has_more}${total}}`;
}

/** The URL of the next page. `skip` only applies to the first one. */
function nextPage(url: string, cursor: string): string {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  searchParams.delete("skip");
  searchParams.delete("after");
  searchParams.set("cursor", cursor);
  return `${pathname}?${searchParams}`;
}

/** Fills a template such as `/users/{user.id}` with fields of the answer. */
function fill(template: string, body: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{([^}]+)\}/g, (_, path: string) => {
    let value: unknown = body;
    for (const key of path.split(".")) value = (value as Record<string, unknown>)[key];
    return encodeURIComponent(String(value));
  });
}
