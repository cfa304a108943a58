import fc from "fast-check";
import { expect, it } from "vitest";
import { checkText } from "./check-text.ts";

it("is the text that JSON.stringify makes", () => {
  const result = fc.record({
    allowed: fc.boolean(),
    roles: fc.array(fc.string()),
    revision: fc.nat(),
  });
  fc.assert(
    fc.property(result, (given) => {
      expect(checkText(given)).toBe(JSON.stringify(given));
      expect(checkText(given)).toBe(JSON.stringify(given));
    }),
  );
});
