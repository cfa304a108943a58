import { describe, expect, test } from "vitest";
import { hasVisibleText, nameKey, usernameKey } from "./normalization.ts";

describe.each([
  ["names", nameKey],
  ["usernames", usernameKey],
])("%s that a person would call the same have the same key", (_, key) => {
  test.each([
    ["upper and lower case", "Acme", "aCME"],
    ["ß and its capitals", "Straße", "STRASSE"],
    ["a letter with an accent, composed or not", "Caf\u00e9", "Cafe\u0301"],
    ["a zero-width space", "Acme", "Ac\u200bme"],
    ["a zero-width joiner", "Acme", "Acme\u200d"],
    ["a soft hyphen", "Acme", "Ac\u00adme"],
    ["a byte order mark", "Acme", "\ufeffAcme"],
    ["a variation selector", "Acme\u2764", "Acme\u2764\ufe0f"],
    ["a mark of direction", "Acme", "\u202eAcme\u202c"],
    ["a tag character", "Acme", "Acme\u{e0041}"],
  ])("with %s", (_what, one, other) => {
    expect(key(other)).toBe(key(one));
  });

  test("but others have another", () => {
    const names = ["Acme", "Acm", "Acme 2", "Acmé", "Аcme", "A c m e", "Acme-"];
    expect(new Set(names.map(key)).size).toBe(names.length);
  });
});

test.each([
  ["\u200b", false],
  ["\u00ad\u2060", false],
  ["\u202e \u202c", false],
  ["\u0007", false],
  ["\u3164", false],
  ["a\u200b", true],
  [".", true],
  ["\u{1f600}", true],
  ["\u0301", true],
])("says of %j that it shows something: %s", (text, shown) => {
  expect(hasVisibleText(text)).toBe(shown);
});
