import type { CheckRequest } from "@tenantry/core";

const maximumIdLength = 255;
const maximumPermissionLength = 127;

/**
 * Parses the usual body of a check: its three fields, within their limits. For anything else it returns null, and the
 * schema parses the body or reports what is wrong. It accepts nothing that the schema refuses; a test compares both
 * with generated bodies.
 *
 * Plain `JSON.parse` is safe here: a key such as `__proto__` is one field too many. Text that storages refuse, U+0000
 * and half a surrogate pair, can only be written as an escape, and escapes go to the schema.
 */
export function parsePlainCheck(text: string): CheckRequest | null {
  if (text.includes("\\")) return null;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  return isPlainCheck(body) ? body : null;
}

function isPlainCheck(body: unknown): body is CheckRequest {
  if (typeof body !== "object" || body === null) return false;
  let fields = 0;
  for (const _ in body) fields += 1;
  if (fields !== 3) return false;
  const { user_id, organization_id, permission } = body as Partial<Record<string, unknown>>;
  if (typeof user_id !== "string" || typeof organization_id !== "string") return false;
  if (typeof permission !== "string") return false;
  return (
    isBetween(user_id, maximumIdLength) &&
    isBetween(organization_id, maximumIdLength) &&
    isBetween(permission, maximumPermissionLength)
  );
}

function isBetween(text: string, maximum: number): boolean {
  return text.length > 0 && text.length <= maximum;
}
