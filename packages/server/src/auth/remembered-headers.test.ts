import { expect, it } from "vitest";
import type { Caller } from "./credentials.ts";
import { createRememberedHeaders } from "./remembered-headers.ts";

function remember(maximum = 10) {
  const state = { nowMs: 1_000, foreignCommits: 0, found: 0, mustWait: false };
  const engine = {
    clock: () => state.nowMs,
    storage: {
      catchUp() {
        state.found = state.foreignCommits;
        return state.mustWait ? Promise.resolve() : undefined;
      },
      foreignCommits: () => state.found,
    },
  };
  return { state, headers: createRememberedHeaders(engine as never, maximum) };
}

function verified(actor: string, expiresAtMs: number, foreignCommits: number | null = null) {
  const caller = { actor: { type: "user", id: actor, session_id: null } } as unknown as Caller;
  return { caller, sessionId: null, expiresAtMs, foreignCommits };
}

it("gives back the header that was verified, and no other that ends alike", () => {
  const { headers } = remember();
  headers.keep("Bearer first-and-the-very-same-end", verified("ann", 2_000));
  expect(headers.find("Bearer first-and-the-very-same-end")?.caller.actor).toMatchObject({
    id: "ann",
  });
  expect(headers.find("Bearer other-and-the-very-same-end")).toBeUndefined();
  headers.keep("Bearer other-and-the-very-same-end", verified("bob", 2_000));
  expect(headers.find("Bearer other-and-the-very-same-end")?.caller.actor).toMatchObject({
    id: "bob",
  });
  expect(headers.find("Bearer first-and-the-very-same-end")).toBeUndefined();
});

it("forgets a token at its end, and an operator key at another process's commit", () => {
  const { headers, state } = remember();
  headers.keep("Bearer aaaaaaaaaaaaaaaa", verified("ann", 2_000));
  headers.keep("Bearer bbbbbbbbbbbbbbbb", verified("operator", Number.POSITIVE_INFINITY, 0));
  state.nowMs = 1_999;
  expect(headers.find("Bearer aaaaaaaaaaaaaaaa")).toBeDefined();
  state.nowMs = 2_000;
  expect(headers.find("Bearer aaaaaaaaaaaaaaaa")).toBeUndefined();
  expect(headers.find("Bearer bbbbbbbbbbbbbbbb")).toBeDefined();
  state.foreignCommits = 1;
  expect(headers.find("Bearer bbbbbbbbbbbbbbbb")).toBeUndefined();
  headers.keep("Bearer bbbbbbbbbbbbbbbb", verified("operator", Number.POSITIVE_INFINITY, 1));
  expect(headers.find("Bearer bbbbbbbbbbbbbbbb")).toBeDefined();
  // Whether there was one is not known yet.
  state.mustWait = true;
  expect(headers.find("Bearer bbbbbbbbbbbbbbbb")).toBeUndefined();
});

it("holds no more than its bound: the oldest leave", () => {
  const { headers } = remember(3);
  for (const letter of "abcd") headers.keep(`Bearer ${letter.repeat(16)}`, verified(letter, 2_000));
  const held = [..."abcd"].filter(
    (letter) => headers.find(`Bearer ${letter.repeat(16)}`) !== undefined,
  );
  expect(held).toEqual(["b", "c", "d"]);
});
