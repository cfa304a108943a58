import { z } from "zod";
import { idField, keyField, nameField, timeField } from "../fields.ts";

/** How many memberships an organization may have. Always written out, because a missing limit allows none. */
export const seatLimitField = z.union(
  [z.literal("unlimited"), z.int().min(0).max(10_000_000)],
  'is not a limit; give a whole number from 0 to 10000000, or "unlimited"',
);
export type SeatLimit = z.infer<typeof seatLimitField>;

const entitlementsField = z.record(
  keyField,
  z.union(
    [z.boolean(), z.int(), z.string().max(255)],
    "is not an entitlement; give true, false, a whole number or text of at most 255 characters",
  ),
);

/** A plan: its seats, and entitlements that the application reads. */
export const planSchema = z.strictObject({
  tenant_id: idField,
  key: keyField,
  name: z.string(),
  seats: seatLimitField.nullable(),
  entitlements: entitlementsField,
  is_default: z.boolean(),
  revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
});
export type Plan = z.infer<typeof planSchema>;

export const createPlanSchema = z.strictObject({
  key: keyField,
  name: nameField,
  seats: seatLimitField,
  entitlements: entitlementsField.default({}),
});
export type CreatePlanInput = z.input<typeof createPlanSchema>;

export const updatePlanSchema = z
  .strictObject({ name: nameField, seats: seatLimitField, entitlements: entitlementsField })
  .partial();
export type UpdatePlanInput = z.input<typeof updatePlanSchema>;
