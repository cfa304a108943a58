import {
  type Context,
  DomainError,
  normalizeEmail,
  type OrganizationRecord,
  organizationNotFound,
  type UserRecord,
  usernameKey,
} from "@tenantry/core";

/**
 * The organization with an id or slug, deleted ones too; the use case decides what may be done to it.
 *
 * @throws {DomainError} `organization_not_found`.
 */
export async function findOrganization(
  ctx: Context,
  idOrSlug: string,
): Promise<OrganizationRecord> {
  const { organizations } = ctx.engine.storage.committed;
  const found =
    (await organizations.find(ctx.tenantId, idOrSlug)) ??
    (await organizations.findBySlug(ctx.tenantId, idOrSlug.toLowerCase()));
  if (found !== undefined) return found;
  throw new DomainError(
    organizationNotFound().code,
    `There is no organization with the id or slug ${idOrSlug}; tenantry org list shows them`,
  );
}

/** The user with an id, a username in any case, or an e-mail address; undefined where there is none. */
export async function lookUpUser(ctx: Context, idOrName: string): Promise<UserRecord | undefined> {
  const { users } = ctx.engine.storage.committed;
  return (
    (await users.find(ctx.tenantId, idOrName)) ??
    (await users.findByUsernameKey(ctx.tenantId, usernameKey(idOrName))) ??
    (await users.findByEmail(ctx.tenantId, normalizeEmail(idOrName)))
  );
}

/** @throws {DomainError} `user_not_found`. */
export async function findUser(ctx: Context, idOrName: string): Promise<UserRecord> {
  const user = await lookUpUser(ctx, idOrName);
  if (user !== undefined) return user;
  throw new DomainError(
    "user_not_found",
    `There is no user with the id, username or e-mail address ${idOrName}`,
  );
}
