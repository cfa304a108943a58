import type { CheckRequest } from "@tenantry/core";

const maximumIdLength = 255;
const maximumPermissionLength = 127;

/**
 * The body of a check, where it is the usual one: the three fields, each in its bounds. Anything else gives undefined, and the schema
 * decides and says what is owed. It accepts nothing that the schema refuses; a test compares the two over generated bodies.
 */
export function readPlainCheck(body: unknown): CheckRequest | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  let fields = 0;
  for (const _ in body) fields += 1;
  if (fields !== 3) return undefined;
  const { user_id, organization_id, permission } = body as Partial<Record<string, unknown>>;
  if (typeof user_id !== "string" || typeof organization_id !== "string") return undefined;
  if (typeof permission !== "string") return undefined;
  const isInBounds =
    isBetween(user_id, maximumIdLength) &&
    isBetween(organization_id, maximumIdLength) &&
    isBetween(permission, maximumPermissionLength);
  return isInBounds ? (body as CheckRequest) : undefined;
}

function isBetween(text: string, maximum: number): boolean {
  return text.length > 0 && text.length <= maximum;
}
