import { requireAdministrator } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { parseInput } from "../input.ts";
import { type JsonPage, toJsonPage, toPageRequest } from "../page.ts";
import { type ListDenialsInput, listDenialsSchema } from "./security-log.schema.ts";

/**
 * The refusals in the tenant, newest first. A refusal appears within a second. For administrators.
 *
 * @throws {DomainError} `permission_denied`.
 */
export async function listDenials(ctx: Context, input: ListDenialsInput = {}): Promise<JsonPage> {
  const { limit, cursor, skip, total, ...filter } = parseInput(listDenialsSchema, input);
  const { committed } = ctx.engine.storage;
  await requireAdministrator(ctx, committed, "list_denials");
  const page = toPageRequest({ limit, cursor, skip, total });
  return toJsonPage(await committed.securityLog.list(ctx.tenantId, filter, page));
}
