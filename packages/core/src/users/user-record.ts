import { isDeepStrictEqual } from "node:util";
import { DomainError } from "../errors.ts";
import type { EventType } from "../events/events.schema.ts";
import { newId } from "../ids.ts";
import type { Mutation } from "../mutation.ts";
import { usernameKey } from "../normalization.ts";
import type { User } from "./users.schema.ts";
import type { UserRecord } from "./users.store.ts";

/** The user as callers see it. Only administrators see private metadata. */
export function presentUser(record: UserRecord, isAdministrator: boolean): User {
  const { username_key: _, private_metadata, ...user } = record;
  return isAdministrator ? { ...user, private_metadata } : user;
}

export function userNotFound(): DomainError {
  return new DomainError("user_not_found", "There is no such user, or you may not see them");
}

/** The fields of a new user; all have defaults. */
export type NewUser = Partial<Omit<UserRecord, "tenant_id" | "username_key" | "revision">>;

/**
 * Creates a user's row. Every new user goes through here: administrators, registration, imports and the embedded
 * calls.
 *
 * @throws {DomainError} `id_taken`, `email_taken`, `username_taken`, `external_id_taken`.
 */
export async function insertUser(mutation: Mutation, input: NewUser): Promise<UserRecord> {
  const { ctx, ports, now } = mutation;
  const tenant = await mutation.lockTenant();
  const username = input.username ?? null;
  const record: UserRecord = {
    id: input.id ?? newId("user"),
    tenant_id: ctx.tenantId,
    username,
    email: input.email ?? null,
    email_verified: input.email_verified ?? false,
    name: input.name ?? null,
    external_id: input.external_id ?? null,
    status: input.status ?? "active",
    metadata: input.metadata ?? {},
    client_metadata: input.client_metadata ?? {},
    private_metadata: input.private_metadata ?? {},
    username_key: username === null ? null : usernameKey(username),
    revision: tenant.record.revision,
    created_at: input.created_at ?? now,
    updated_at: input.updated_at ?? now,
  };
  await ports.users.insert(record);
  await mutation.append(tenant.chain, {
    type: "user.created",
    entity: "user",
    entity_id: record.id,
    before: null,
    after: presentUser(record, true),
  });
  return record;
}

/** Changes a user's row and appends the event. Every change goes through here. Does nothing if no field differs. */
export async function changeUser(
  mutation: Mutation,
  before: UserRecord,
  changes: Partial<UserRecord>,
  type: EventType,
): Promise<UserRecord> {
  const isChanged = Object.entries(changes).some(
    ([key, value]) => !isDeepStrictEqual(before[key as keyof UserRecord], value),
  );
  if (!isChanged) return before;
  const tenant = await mutation.lockTenant();
  const after: UserRecord = {
    ...before,
    ...changes,
    revision: tenant.record.revision,
    updated_at: mutation.now,
  };
  await mutation.ports.users.update(after);
  await mutation.append(tenant.chain, {
    type,
    entity: "user",
    entity_id: after.id,
    before: presentUser(before, true),
    after: presentUser(after, true),
  });
  return after;
}
