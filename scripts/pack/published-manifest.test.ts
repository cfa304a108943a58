import { expect, test } from "vitest";
import { publishedManifest } from "./published-manifest.ts";

test("publishes compiled files with their types where the repository has sources", () => {
  expect(
    publishedManifest({
      name: "@tenantry/core",
      exports: { ".": "./src/index.ts", "./page.html": "./src/page.html" },
      bin: { tenantry: "./src/main.ts" },
      dependencies: { zod: "^4.0.0" },
    }),
  ).toEqual({
    name: "@tenantry/core",
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./page.html": "./dist/page.html",
    },
    bin: { tenantry: "./dist/main.js" },
    dependencies: { zod: "^4.0.0" },
    files: ["dist"],
  });
});

test("leaves what only the repository needs out of what is published", () => {
  expect(publishedManifest({ name: "a", devDependencies: { vitest: "^5.0.0" } })).toEqual({
    name: "a",
    files: ["dist"],
  });
});
