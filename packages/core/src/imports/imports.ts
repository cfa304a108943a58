import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { importGithub, isGithubFile } from "./import-github.ts";
import type { ImportOptions } from "./import-options.ts";
import type { ImportReport } from "./import-report.ts";
import { importTenant, isTenantFile } from "./import-tenant.ts";

/**
 * Imports a file: GitHub organizations, or an export of Tenantry's own. The format is detected from the content. The
 * import happens completely or not at all, and running it again changes nothing. With `dryRun` in the context the
 * report says what would change.
 *
 * @param data The file as parsed JSON.
 * @throws {DomainError} `invalid_import` with every fault and its place; `permission_denied` for all but
 * administrators.
 */
export async function importData(
  ctx: Context,
  data: unknown,
  options: ImportOptions = {},
): Promise<ImportReport> {
  if (isGithubFile(data)) return await importGithub(ctx, data, options);
  if (isTenantFile(data)) return await importTenant(ctx, data, options);
  throw new DomainError(
    "invalid_import",
    'The file has no known format: GitHub organizations have a list "organizations"; an export of Tenantry has "format": "tenantry"',
    { fields: [{ pointer: "", detail: "has no known format" }] },
  );
}
