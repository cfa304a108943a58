import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { closingLineReporter } from "./scripts/tests/closing-line-reporter.ts";
import { keepTemporaryFilesInMemory } from "./scripts/tests/memory-directory.ts";
import { SlowFirstSequencer } from "./scripts/tests/slow-first.ts";

keepTemporaryFilesInMemory();

/** The guarantees that every storage keeps are tested on each: these files run once more on PostgreSQL and on a JSON directory. */
const onEveryStorage = [
  "packages/tenantry/test/**/*.test.ts",
  "packages/server/test/registered-organizations.test.ts",
  "packages/server/test/fuzz/fuzz.test.ts",
];
const onPostgres = [
  "packages/{storage-postgres,cache-redis}/{src,test}/**/*.test.ts",
  "packages/storage-placed/test/postgres/**/*.test.ts",
];
/** What has a test of its own there, which also looks at the source files, or is the same on every storage. */
const notOnJson = ["packages/tenantry/test/kill.test.ts", "packages/tenantry/test/readme.test.ts"];
const never = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  test: {
    // Storages are tested with real files, processes and fsyncs, on machines that may be busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // vitest's own choice is one less: half of a machine with two.
    maxWorkers: availableParallelism(),
    // A file finds the modules of the one before it in its worker, and need not load them again.
    isolate: false,
    sequence: { sequencer: SlowFirstSequencer },
    reporters: ["default", closingLineReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: "main",
          include: [
            "packages/*/{src,test}/**/*.test.ts",
            "examples/**/*.test.ts",
            "bench/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: [...never, ...onPostgres],
        },
      },
      {
        extends: true,
        test: {
          name: "postgres",
          include: [...onPostgres, ...onEveryStorage],
          exclude: [...never, "packages/tenantry/test/readme.test.ts"],
          env: { TENANTRY_TEST_STORAGE: "postgres" },
          globalSetup: ["scripts/tests/postgres-server.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "json",
          include: onEveryStorage,
          exclude: [...never, ...notOnJson],
          env: { TENANTRY_TEST_STORAGE: "json" },
        },
      },
    ],
  },
});
