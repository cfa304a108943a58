import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** As the program ends, and not before: the package of the PostgreSQL for tests calls `process.exit(0)` when nothing is left to do. */
const fail = () => {
  process.exitCode = 1;
};

/**
 * Ends the report with one line that says how many tests passed and failed, for whoever reads it by
 * machine, and makes a run in which nothing was tested a failure.
 *
 * A file that cannot be loaded, and an error outside of every test, count as one failed test each:
 * what they kept from running cannot be counted.
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
