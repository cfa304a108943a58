import { readFileSync } from "node:fs";
import { buildOpenApi, errorCodes, renderErrorPage } from "../../packages/contract/src/index.ts";
import { renderEnvExample } from "../../packages/server/src/index.ts";

/** Every generated file that is committed: its path and its expected content. */
export function generatedFiles(root: string): ReadonlyMap<string, string> {
  const manifest = JSON.parse(readFileSync(`${root}/packages/contract/package.json`, "utf8"));
  const files = new Map<string, string>();
  files.set(".env.example", renderEnvExample());
  files.set(
    "packages/contract/openapi.json",
    `${JSON.stringify(buildOpenApi(manifest.version), null, 2)}\n`,
  );
  for (const code of errorCodes) files.set(`docs/errors/${code}.md`, renderErrorPage(code));
  files.set("docs/errors/README.md", errorIndex());
  return files;
}

function errorIndex(): string {
  const lines = errorCodes.map((code) => `- [\`${code}\`](${code}.md)`);
  return `# Errors\n\nEvery error has a code that never changes its meaning.\n\n${lines.join("\n")}\n`;
}
