import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Sets the exit code when the process ends, because the package with the test PostgreSQL calls `process.exit(0)` at its end. */
const fail = () => {
  process.exitCode = 1;
};

/**
 * Ends the report with one machine-readable line that says how many tests passed and failed, and makes a run
 * without tests fail.
 *
 * A file that cannot be loaded and an error outside of tests each count as one failed test, because the tests
 * that they prevented cannot be counted.
 */
export function closingLineReporter(print: (line: string) => void = console.log): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]) {
      const tests = modules.flatMap((module) => [...module.children.allTests()]);
      const count = (state: string) => tests.filter((one) => one.result().state === state).length;
      const brokenModules = modules.filter((module) => module.errors().length > 0).length;
      const brokenSuites = modules
        .flatMap((module) => [...module.children.allSuites()])
        .filter((suite) => suite.errors().length > 0).length;
      const passed = count("passed");
      const failed = count("failed") + brokenModules + brokenSuites + errors.length;
      const skipped = count("skipped") + count("pending");
      print(`${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`);
      if (failed > 0 || passed === 0) process.on("exit", fail);
    },
  };
}
