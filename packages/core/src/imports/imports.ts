import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { importGithub, isGithubFile } from "./import-github.ts";
import type { ImportOptions } from "./import-options.ts";
import type { ImportReport } from "./import-report.ts";
import { importTenant, isTenantFile } from "./import-tenant.ts";

/**
 * Brings in a file: organizations of GitHub, or an export of Tenantry's own. Which of them it is the file itself says. All of it
 * or nothing; done again it changes nothing; `dryRun` in the context says what would change.
 *
 * @param data The file as parsed JSON.
 * @throws {DomainError} `invalid_import` with every fault and its place; `permission_denied` to all but administrators.
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
    'The file is of no known format: GitHub organizations have a list "organizations"; an export of Tenantry has "format": "tenantry"',
    { fields: [{ pointer: "", detail: "is of no known format" }] },
  );
}
