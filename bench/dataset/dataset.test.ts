import { expect, test } from "vitest";
import {
  largeOrganization,
  largeOrganizationMembers,
  makeDataset,
  organizationCount,
  organizationsPerUser,
  userCount,
} from "./dataset.ts";

const dataset = makeDataset();

test("holds 10,000 organizations and 100,000 memberships", () => {
  expect(dataset.organizations).toHaveLength(organizationCount);
  expect(dataset.memberships).toHaveLength(userCount * organizationsPerUser);
});

test("has nobody twice in one organization", () => {
  const pairs = new Set(dataset.memberships.map((row) => `${row.user}/${row.organization}`));
  expect(pairs.size).toBe(dataset.memberships.length);
});

test("has one large organization, and an owner in each", () => {
  const large = dataset.memberships.filter((row) => row.organization === largeOrganization);
  const owned = new Set(
    dataset.memberships.filter((row) => row.role === "owner").map((row) => row.organization),
  );
  expect(large).toHaveLength(largeOrganizationMembers);
  expect(owned.size).toBe(organizationCount);
});

test("has ids in the order of time, each once", () => {
  const ids = dataset.memberships.map((row) => row.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.map((id) => id.slice(0, 14))).toEqual(ids.map((id) => id.slice(0, 14)).sort());
});

test("is the same every time", () => {
  expect(makeDataset()).toEqual(dataset);
});
