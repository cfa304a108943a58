import { expect, test } from "vitest";
import { isPersonalDataTrue, openEventData, sealEventData } from "./personal-data.ts";

const user = {
  id: "user_1",
  email: "ann@example.com",
  name: "Ann",
  status: "active",
  username: null,
};

test("keeps personal data out of what is hashed, and shows it as it was", () => {
  const { data, personal } = sealEventData("user", null, user);
  expect(data).not.toContain("ann@example.com");
  expect(data).toContain("user_1");
  expect(openEventData(data, personal)).toEqual({ before: null, after: user });
});

test("gives the same value another commitment each time, so that nobody can guess by comparing", () => {
  const one = sealEventData("user", user, user);
  const { before, after } = JSON.parse(one.data);
  expect(before.email).not.toEqual(after.email);
});

test("shows erased data as null, and still holds", () => {
  const { data } = sealEventData("user", null, user);
  expect(isPersonalDataTrue(data, null)).toBe(true);
  expect(openEventData(data, null).after).toEqual({ ...user, email: null, name: null });
});

test("notices personal data that was altered or smuggled in", () => {
  const { data, personal } = sealEventData("user", null, user);
  expect(isPersonalDataTrue(data, personal)).toBe(true);
  const altered = personal?.replace("ann@example.com", "eve@example.com") ?? null;
  expect(isPersonalDataTrue(data, altered)).toBe(false);
  const smuggled = JSON.stringify({ ...JSON.parse(personal ?? "{}"), "after/id": ["s", "user_2"] });
  expect(isPersonalDataTrue(data, smuggled)).toBe(false);
});
