import { expect, test } from "vitest";
import { parseBenchArguments } from "./arguments.ts";

test("measures every row in five rounds unless told otherwise", () => {
  expect(parseBenchArguments([])).toMatchObject({ only: [], rounds: 5, isNoise: false });
});

test("takes several prefixes", () => {
  expect(parseBenchArguments(["--only", "http", "--only=peer"]).only).toEqual(["http", "peer"]);
});

test("refuses fewer than five rounds, and what is no number", () => {
  expect(() => parseBenchArguments(["--rounds", "4"])).toThrow("--rounds must be a whole number");
  expect(() => parseBenchArguments(["--rounds", "many"])).toThrow(RangeError);
});

test("refuses options that it does not know", () => {
  expect(() => parseBenchArguments(["--fast"])).toThrow("--fast");
});
