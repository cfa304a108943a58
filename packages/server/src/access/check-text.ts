import type { CheckResult } from "@tenantry/core";

/** The roles of an access as JSON: the same array comes with each of its answers. */
const rolesText = new WeakMap<readonly string[], string>();

/** A result as the JSON text that `JSON.stringify` would make of it. */
export function checkText({ allowed, roles, revision }: CheckResult): string {
  let text = rolesText.get(roles);
  if (text === undefined) {
    text = JSON.stringify(roles);
    rolesText.set(roles, text);
  }
  return `{"allowed":${allowed},"roles":${text},"revision":${revision}}`;
}
