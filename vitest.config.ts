import { defineConfig } from "vitest/config";
import { closingLineReporter } from "./scripts/tests/closing-line-reporter.ts";

export default defineConfig({
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "examples/**/*.test.ts",
      "bench/**/*.test.ts",
      "scripts/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // Storages are tested with real files, processes and fsyncs, on machines that may be busy.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["default", closingLineReporter()],
  },
});
