import { expect, test } from "vitest";
import { findUnwantedLicenses, type LockedPackages } from "./licenses.ts";

function findIn(license: string | undefined, more: object = {}): readonly string[] {
  const locked = license === undefined ? more : { license, ...more };
  const packages: LockedPackages = { "node_modules/a": { version: "1.0.0", ...locked } };
  return findUnwantedLicenses(packages);
}

test("refuses a package whose terms bind those who pass Tenantry on", () => {
  expect(findIn("AGPL-3.0-only")).toEqual(["a 1.0.0 comes under AGPL-3.0-only."]);
});

test("refuses a package that does not say under which terms it comes", () => {
  expect(findIn(undefined)).toEqual(["a 1.0.0 does not say what its licence is."]);
});

test("refuses a package that needs several licences of which one is unwanted", () => {
  expect(findIn("(MIT AND GPL-3.0-only)")).toHaveLength(1);
});

test("takes a package that leaves the choice, if one of its licences is wanted", () => {
  expect(findIn("(GPL-3.0-only OR MIT)")).toEqual([]);
});

test("takes the Mozilla licence for what is never passed on, and only for that", () => {
  expect(findIn("MPL-2.0", { dev: true })).toEqual([]);
  expect(findIn("MPL-2.0", { peer: true })).toEqual([]);
  expect(findIn("MPL-2.0")).toHaveLength(1);
});

test("names a package that stands inside another one's folder by its own name", () => {
  const path = "node_modules/a/node_modules/@b/c";
  expect(findUnwantedLicenses({ [path]: { version: "2.0.0", license: "SSPL-1.0" } })).toEqual([
    "@b/c 2.0.0 comes under SSPL-1.0.",
  ]);
});

test("asks nothing of the workspace's own packages", () => {
  const own: LockedPackages = {
    "": {},
    "packages/core": {},
    "node_modules/@tenantry/core": { link: true },
  };
  expect(findUnwantedLicenses(own)).toEqual([]);
});
