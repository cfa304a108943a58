import { z } from "zod";
import { idField, jsonObjectField, timeField } from "../fields.ts";
import { pageInput } from "../page.ts";

/** What an event is about. History intervals are kept for the entities that access depends on. */
export const eventEntitySchema = z.enum([
  "tenant",
  "user",
  "tenant_user_role",
  "role",
  "plan",
  "organization",
  "membership",
  "team",
  "team_member",
  "resource",
]);
export type EventEntity = z.infer<typeof eventEntitySchema>;

export const actorSchema = z.strictObject({
  type: z.enum(["user", "operator", "system"]),
  id: z.string().nullable(),
});
export type EventActor = z.infer<typeof actorSchema>;

/** Every event type: what was done to which entity. */
export const eventTypeSchema = z.enum([
  "tenant.created",
  "tenant.updated",
  "tenant.suspended",
  "tenant.activated",
  "tenant.deleted",
  "tenant.restored",
  "tenant.purged",
  "user.created",
  "user.updated",
  "user.deactivated",
  "user.reactivated",
  "tenant_administrator.granted",
  "tenant_administrator.revoked",
  "role.created",
  "role.updated",
  "role.deleted",
  "plan.created",
  "plan.updated",
  "plan.deleted",
  "organization.created",
  "organization.updated",
  "organization.plan_changed",
  "organization.billing_changed",
  "organization.suspended",
  "organization.activated",
  "organization.deleted",
  "organization.restored",
  "organization.purged",
  "member.added",
  "member.invited",
  "member.accepted",
  "member.updated",
  "member.removed",
  "team.created",
  "team.updated",
  "team.deleted",
  "team.member_added",
  "team.member_updated",
  "team.member_removed",
  "resource.registered",
  "resource.removed",
  "imported",
]);
export type EventType = z.infer<typeof eventTypeSchema>;

/** A record before or after a change. Erased personal fields read as `null`. */
const recordSchema = jsonObjectField.nullable();

/**
 * An event describes one change. `sequence` has no gaps within its chain, and `hash` covers the event and
 * `previous_hash`, so a removed or altered event is detected.
 */
export const eventSchema = z.strictObject({
  id: idField,
  tenant_id: idField,
  chain_id: idField,
  sequence: z.int(),
  type: eventTypeSchema,
  entity: eventEntitySchema,
  entity_id: z.string(),
  organization_id: z.string().nullable(),
  actor: actorSchema,
  occurred_at: timeField,
  before: recordSchema,
  after: recordSchema,
  previous_hash: z.string(),
  hash: z.string(),
});
export type Event = z.infer<typeof eventSchema>;

export const listEventsSchema = z.strictObject({
  limit: pageInput.limit,
  /** Only events after this sequence number; 0 starts with the first. */
  after: z.int().min(0).default(0),
});
export type ListEventsInput = z.input<typeof listEventsSchema>;
