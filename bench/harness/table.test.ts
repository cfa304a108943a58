import { expect, test } from "vitest";
import type { MeasuredRow } from "./row.ts";
import { formatNumber, renderTable } from "./table.ts";

const row: MeasuredRow = {
  id: "http-check",
  compares: "A check with a bare route.",
  unit: "requests/s",
  goal: 0.85,
  ours: [{ value: 9_000, busy: 0.97 }],
  reference: [{ value: 10_000, busy: 1.01 }],
};

test("shows the figures, the goal and whether it is met", () => {
  const [titles, rule, figures] = renderTable([row]).split("\n");
  expect(titles).toMatch(/row .*ours .*reference .*ratio .*goal/);
  expect(rule).toMatch(/^─+ {2}─+/);
  expect(figures).toMatch(/http-check.* 9,000 .*10,000 .*requests\/s.*0\.90.*≥ 0\.85.*met$/);
});

test("puts figures under figures", () => {
  const [, , first, second] = renderTable([row, { ...row, id: "x", goal: null }]).split("\n");
  expect(first?.indexOf("9,000")).toBe(second?.indexOf("9,000"));
});

test("cries out a goal that is missed", () => {
  expect(renderTable([{ ...row, goal: 2 }])).toContain("MISSED");
});

test("says what is compared how busy the servers were and what an answer took of a core", () => {
  expect(renderTable([row])).toContain(
    "http-check: A check with a bare route. (of a core in use: ours 97 %, 108 µs an answer, reference 101 %, 101 µs an answer)",
  );
});

test("keeps three figures of small numbers and groups large ones", () => {
  expect(formatNumber(0.123_456)).toBe("0.123");
  expect(formatNumber(1_234_567.8)).toBe("1,234,568");
});
