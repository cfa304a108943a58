import { requireAdministrator } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { parseInput } from "../input.ts";
import { type JsonPage, toJsonPage, toPageRequest } from "../page.ts";
import { type ListDenialsInput, listDenialsSchema } from "./security-log.schema.ts";

/**
 * What was refused in the tenant, the newest first; a refusal is there a second after it. For administrators.
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
