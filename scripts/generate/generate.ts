/** Writes the files that are generated from code: `openapi.json`, the error pages, `.env.example`, `docs/citus.md`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPostgresStorage } from "../../packages/storage-postgres/src/index.ts";
import { renderCitusPage } from "../../packages/storage-postgres/test/citus-page.ts";
import { startPostgres } from "../tests/postgres-server.ts";
import { generatedFiles } from "./generated-files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = generatedFiles(root);
for (const [path, content] of files) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}
for (const name of readdirSync(join(root, "docs/errors"))) {
  if (!files.has(`docs/errors/${name}`)) rmSync(join(root, "docs/errors", name));
}
writeFileSync(join(root, "docs/citus.md"), await makeCitusPage());
console.log(`${files.size + 1} files written.`);

/** Renders `docs/citus.md` from the catalogue of a PostgreSQL server on which the schema was created. */
async function makeCitusPage(): Promise<string> {
  const server = await startPostgres();
  try {
    await (await openPostgresStorage({ url: server.url })).close();
    return await renderCitusPage(server.url);
  } finally {
    await server.remove();
  }
}
