import { type ErrorCode, errorCatalogue } from "@tenantry/core";
import { errorCodesOf, type Operation } from "../operation.ts";
import { operationIds, operations } from "../operations.ts";
import { statusOf } from "../problem.ts";
import { errorGuide } from "./error-guide.ts";

export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[];

/** The page of an error code, in Markdown. `docs/errors/` holds them all, and a server shows each at its problem's `type`. */
export function renderErrorPage(code: ErrorCode): string {
  const { kind, title } = errorCatalogue[code];
  const operationsWith = operationIds.filter((id) => errorCodesOf(operations[id]).includes(code));
  return [
    `# ${code}`,
    `${title}.`,
    errorGuide[code],
    `| | |\n|---|---|\n| HTTP status | ${statusOf(code)} |\n| Kind | \`${kind}\` |`,
    ...comesFrom(operationsWith.map((id) => operations[id])),
  ]
    .join("\n\n")
    .concat("\n");
}

/** Which operations answer with it, unless it is all or none of them. */
function comesFrom(found: readonly Operation[]): string[] {
  if (found.length === 0 || found.length > operationIds.length / 2) return [];
  const lines = found.map(({ method, path }) => `- \`${method} ${path}\``);
  return [`It comes from:`, lines.join("\n")];
}
