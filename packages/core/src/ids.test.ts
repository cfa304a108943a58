import { fromString, toUUIDBytes } from "typeid-js";
import { afterEach, expect, test, vi } from "vitest";
import { newId, randomBase32 } from "./ids.ts";

afterEach(() => vi.useRealTimers());

test("makes TypeIDs of UUIDv7 with the time in them", () => {
  const bytes = toUUIDBytes(fromString(newId("org"), "org"));
  expect(bytes[6]).toSatisfy((byte: number) => byte >> 4 === 7);
  expect(bytes[8]).toSatisfy((byte: number) => byte >> 6 === 2);
  const timeMs = bytes.slice(0, 6).reduce((time, byte) => time * 256 + byte, 0);
  expect(Math.abs(Date.now() - timeMs)).toBeLessThan(1_000);
});

test("makes each id so that it sorts after the one before, and none twice", () => {
  const ids = Array.from({ length: 50_000 }, () => newId("evt"));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test("goes on from the latest time when the clock is set back a little, and follows it when far", () => {
  vi.useFakeTimers();
  const base = Date.now() + 3_600_000;
  vi.setSystemTime(base);
  const first = newId("evt");
  vi.setSystemTime(base - 5_000);
  const second = newId("evt");
  vi.setSystemTime(base - 60_000);
  const third = newId("evt");
  expect(second > first).toBe(true);
  expect(third < first).toBe(true);
});

test("uses every letter in every place of chance", () => {
  const tails = Array.from({ length: 5_000 }, () => newId("mem").slice(-8));
  for (let place = 0; place < 8; place += 1) {
    expect(new Set(tails.map((tail) => tail[place])).size).toBe(32);
  }
  expect(new Set([...randomBase32(5_000)]).size).toBe(32);
});
