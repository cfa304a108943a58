/** Writes the files that are made from the code: `openapi.json`, the pages of the errors, `.env.example`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
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
console.log(`${files.size} files written.`);
