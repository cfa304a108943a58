import type { CheckResult } from "@tenantry/core";

/** The roles of an access as JSON, by array: the same array comes with every answer about that access. */
const rolesText = new WeakMap<readonly string[], string>();

/** The result as JSON text, equal to that of `JSON.stringify`. */
export function checkText({ allowed, roles, revision }: CheckResult): string {
  let text = rolesText.get(roles);
  if (text === undefined) {
    text = JSON.stringify(roles);
    rolesText.set(roles, text);
  }
  return `{"allowed":${allowed},"roles":${text},"revision":${revision}}`;
}
