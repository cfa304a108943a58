import type { Change } from "@tenantry/core";
import { expect, test } from "vitest";
import { decodeCommit, encodeCommit } from "./commit-message.ts";

const change = (entity_id: string): Change => ({
  tenant_id: "t".repeat(40),
  organization_id: "o".repeat(40),
  type: "member.added",
  entity: "membership",
  entity_id,
});

const encode = (changes: readonly Change[]) => encodeCommit({ origin: "me", commit: 7, changes });

test("gives every change back, in order, in payloads that PostgreSQL takes", () => {
  const changes = Array.from({ length: 200 }, (_, i) => change(`${i} ${"ü€😀".repeat(60)}`));
  const payloads = encode(changes);
  expect(payloads.length).toBeGreaterThan(1);
  for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
  const messages = payloads.map(decodeCommit);
  const told = messages.flatMap(({ changes: part }) => (part === "everything" ? [] : [...part]));
  expect(told).toEqual(changes);
  expect(new Set(messages.map(({ origin, commit }) => `${origin} ${commit}`))).toEqual(
    new Set(["me 7"]),
  );
});

test("says everything where a commit changed more than is worth telling", () => {
  const payloads = encode(Array.from({ length: 20_000 }, (_, i) => change(`${i}`)));
  expect(payloads.map((payload) => decodeCommit(payload).changes)).toEqual(["everything"]);
});

test("takes what it cannot read for everything", () => {
  for (const payload of [undefined, "", "null", "[]", '["me",1,[1]]', "hello"]) {
    expect(decodeCommit(payload).changes).toBe("everything");
  }
});
