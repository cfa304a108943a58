import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

/** Runs vitest itself, on test files of its own, and gives the last line it printed. `imported` is loaded beside it, as a global setup is. */
function runTests(
  files: Record<string, string>,
  imported?: string,
): { lastLine: string | undefined; code: unknown } {
  const root = mkdtempSync(join(tmpdir(), "reporter-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const reporter = join(import.meta.dirname, "closing-line-reporter.ts");
  writeFileSync(
    join(root, "vitest.config.mjs"),
    `import { closingLineReporter } from ${JSON.stringify(reporter)};
     ${imported === undefined ? "" : `import ${JSON.stringify(join(import.meta.dirname, imported))};`}
     export default { test: { globals: true, reporters: ["default", closingLineReporter()] } };`,
  );
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  const vitest = join(import.meta.dirname, "../../node_modules/vitest/vitest.mjs");
  const { stdout, status } = spawnSync(process.execPath, [vitest, "run", "--root", root], {
    encoding: "utf8",
  });
  return { lastLine: stdout.trimEnd().split("\n").at(-1), code: status };
}

const passing = `test("passes", () => {});`;

test("ends the report with how many tests passed and failed, and succeeds if none failed", () => {
  expect(runTests({ "a.test.js": passing, "b.test.js": passing })).toEqual({
    lastLine: "2 passed, 0 failed",
    code: 0,
  });
});

test("says how many tests were skipped, where some were", () => {
  expect(
    runTests({
      "a.test.js": `${passing} test.skip("skipped", () => {}); test.todo("later");`,
      "b.test.js": `test("fails", () => { throw new Error("no"); });`,
    }),
  ).toEqual({ lastLine: "1 passed, 1 failed, 2 skipped", code: 1 });
});

test("counts what kept tests from running as failed", () => {
  expect(
    runTests({
      "passes.test.js": passing,
      "does-not-load.test.js": `throw new Error("no");`,
      "hook-fails.test.js": `describe("suite", () => { beforeAll(() => { throw new Error("no"); }); ${passing} });`,
      "fails-outside.test.js": `${passing} void Promise.reject(new Error("no"));`,
    }),
  ).toEqual({ lastLine: "2 passed, 3 failed, 1 skipped", code: 1 });
});

test("fails also beside the PostgreSQL for tests, whose package ends every program with 0", () => {
  const failing = { "a.test.js": `test("fails", () => { throw new Error("no"); });` };
  expect(runTests(failing, "postgres-server.ts")).toEqual({
    lastLine: "0 passed, 1 failed",
    code: 1,
  });
  expect(runTests({ "a.test.js": passing }, "postgres-server.ts").code).toBe(0);
});

test("fails a run in which no test ran", () => {
  expect(runTests({ "a.test.js": `test.skip("skipped", () => {});` })).toEqual({
    lastLine: "0 passed, 0 failed, 1 skipped",
    code: 1,
  });
});

test("fails a run that found no test at all", () => {
  expect(runTests({}).code).toBe(1);
});
