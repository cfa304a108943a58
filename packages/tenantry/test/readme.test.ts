import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

const [library = "", tenants = ""] = Array.from(
  readme.matchAll(/```ts\n(.*?)```/gs),
  ([, code]) => code,
);

const examples = [
  [
    "the library example of the README runs, and says that an owner may add members",
    library,
    "allowed",
    "true",
  ],
  [
    "the tenants' example of the README runs, and lets its administrator in",
    tenants,
    "user.email",
    "ann@globex.example",
  ],
] as const;

test.each(examples)("%s", (_, code, shown, expected) => {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-"));
  // Beside the tests, because imports are looked for from where a file stands.
  const file = fileURLToPath(new URL(`./readme-${process.pid}.ts`, import.meta.url));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
    rmSync(file, { force: true });
  });
  writeFileSync(file, `${code}\nconsole.log(${shown});\n`);
  const said = execFileSync(process.execPath, [file], { cwd: directory, encoding: "utf8" });
  expect(said.trim()).toBe(expected);
});
