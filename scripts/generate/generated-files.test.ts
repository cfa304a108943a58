import { execFileSync } from "node:child_process";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { errorCodes } from "../../packages/contract/src/index.ts";
import { generatedFiles } from "./generated-files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the files that are made from the code", () => {
  const files = generatedFiles(root);

  it.each([...files.keys()])("%s is up to date (npm run generate)", (path) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(readFileSync(join(root, path), "utf8")).toBe(files.get(path));
  });

  it("no page is left of a code that is gone", () => {
    const pages = readdirSync(join(root, "docs/errors")).map((name) => `docs/errors/${name}`);
    expect(pages.filter((page) => !files.has(page))).toEqual([]);
  });

  it("the document passes the linter without a warning", () => {
    const redocly = join(root, "node_modules/@redocly/cli/bin/cli.js");
    const document = join(root, "packages/contract/openapi.json");
    const args = [redocly, "lint", document, "--format", "json"];
    const env = {
      ...process.env,
      REDOCLY_TELEMETRY: "off",
      REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
    };
    const report = execFileSync(process.execPath, args, { encoding: "utf8", env, stdio: "pipe" });
    const { totals } = JSON.parse(report.slice(report.indexOf("{")));
    expect(totals).toMatchObject({ errors: 0, warnings: 0 });
  });
});

describe("every error code", () => {
  const sources = globSync("packages/*/src/**/*.ts", { cwd: root })
    .filter((path) => !/\.test\.ts$|^packages\/(contract|core\/src\/errors)/.test(path))
    .map((path) => readFileSync(join(root, path), "utf8"))
    .join("\n");

  it.each(errorCodes)("%s is thrown somewhere", (code) => {
    expect(sources.includes(`"${code}"`)).toBe(true);
  });
});
