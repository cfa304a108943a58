import { type ErrorCode, errorCatalogue } from "@tenantry/core";
import { errorCodesOf, type Operation } from "../operation.ts";
import { operationIds, operations } from "../operations.ts";
import { statusOf } from "../problem.ts";
import { errorGuide } from "./error-guide.ts";

export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[];

/** The Markdown page of an error code. `docs/errors/` holds all of them, and a server serves each at its problem's `type`. */
export function renderErrorPage(code: ErrorCode): string {
  const { kind, title } = errorCatalogue[code];
  const operationsWith = operationIds.filter((id) => errorCodesOf(operations[id]).includes(code));
  return [
    `# ${code}`,
    `${title}.`,
    errorGuide[code],
    `| | |\n|---|---|\n| HTTP status | ${statusOf(code)} |\n| Kind | \`${kind}\` |`,
    ...listOperations(operationsWith.map((id) => operations[id])),
  ]
    .join("\n\n")
    .concat("\n");
}

/** Lists the operations that can answer with the code, unless none or more than half of them can. */
function listOperations(sources: readonly Operation[]): string[] {
  if (sources.length === 0 || sources.length > operationIds.length / 2) return [];
  const lines = sources.map(({ method, path }) => `- \`${method} ${path}\``);
  return ["These operations can answer with it:", lines.join("\n")];
}
