import { hash, timingSafeEqual } from "node:crypto";
import {
  type Actor,
  type Context,
  type Engine,
  findOperatorKey,
  findTenant,
  isSessionKnownLive,
  isSessionLive,
  recordRefusedCredential,
  sessionRefusal,
} from "@tenantry/core";
import { type AccessTokens, hasExpired, invalidToken } from "./access-tokens.ts";
import { createRememberedHeaders, type VerifiedHeader } from "./remembered-headers.ts";

/** Who sent a request, as its Authorization header proves it. */
export interface Caller {
  readonly actor: Actor;
  /** The tenant that the credential belongs to; null for those that may name one: the operator and the anonymous. */
  readonly tenantId: string | null;
  /** The call's surroundings in that tenant, made once per credential; the default tenant's where it may name one. */
  readonly context: Context;
}

/** Where a credential is shown, for the security log. */
export interface Door {
  /** The tenant that the request names, if it names one. */
  readonly tenant: string | undefined;
  readonly requestId: string;
}

export interface Credentials {
  /** The caller, where the header was seen before and is still good; undefined says nothing yet. For the hot path: it waits for nothing. */
  known(authorization: string | undefined): Caller | undefined;
  /**
   * The caller. A credential that is refused is kept in the security log, but for a token that has only come to its end.
   *
   * @throws {DomainError} `invalid_token`, `session_revoked`, `tenant_suspended`.
   */
  identify(authorization: string | undefined, door: Door): Promise<Caller>;
}

export interface CredentialOptions {
  readonly engine: Engine;
  readonly tokens: AccessTokens;
  readonly defaultTenantId: string;
  /** The operator key of the settings; it takes the place of the one that was made at the first start. */
  readonly operatorKey: string | undefined;
  readonly maximumRemembered?: number;
}

/**
 * Tells callers by their Authorization header.
 *
 * Verifying a signature costs more than answering the request, so verified headers are kept, the whole header as key, until the token
 * expires. Whether its session goes on is looked at each time.
 */
export function createCredentials(options: CredentialOptions): Credentials {
  const { engine, defaultTenantId } = options;
  const remembered = createRememberedHeaders(engine, options.maximumRemembered ?? 50_000);
  const anonymous = callerOf(engine, { type: "anonymous" }, null, defaultTenantId);

  return {
    known(header) {
      if (header === undefined) return anonymous;
      const entry = remembered.find(header);
      if (entry === undefined) return undefined;
      const { caller, sessionId } = entry;
      if (sessionId === null || isSessionKnownLive(caller.context, sessionId)) return caller;
      return undefined;
    },
    async identify(header, door) {
      if (header === undefined) return anonymous;
      const { caller, sessionId } = remembered.find(header) ?? (await verify(header, door));
      if (sessionId === null || (await isSessionLive(caller.context, sessionId))) return caller;
      const refusal = await sessionRefusal(caller.context);
      await keepRefusal(caller, { ...door, tenant: caller.context.tenantId }, refusal);
      throw refusal;
    },
  };

  async function verify(header: string, door: Door): Promise<VerifiedHeader> {
    try {
      const entry = await identifyNew(options, bearerToken(header));
      remembered.keep(header, entry);
      return entry;
    } catch (error) {
      if (!hasExpired(error)) await keepRefusal(anonymous, door, error);
      throw error;
    }
  }

  /** In the log of the tenant at whose door it was; in the default tenant's where there is none of that name. */
  async function keepRefusal(
    { context }: Caller,
    { tenant, requestId }: Door,
    error: unknown,
  ): Promise<void> {
    const found = tenant === undefined ? undefined : await findTenant(engine, tenant);
    const tenantId = found?.id ?? defaultTenantId;
    recordRefusedCredential({ ...context, tenantId, requestId }, "authenticate", error);
  }
}

function callerOf(
  engine: Engine,
  actor: Actor,
  tenantId: string | null,
  defaultTenantId: string,
): Caller {
  return { actor, tenantId, context: { engine, tenantId: tenantId ?? defaultTenantId, actor } };
}

async function identifyNew(
  { engine, tokens, defaultTenantId, operatorKey }: CredentialOptions,
  token: string,
): Promise<VerifiedHeader> {
  await engine.storage.catchUp(null, false);
  const foreignCommits = engine.storage.foreignCommits(null);
  const operatorId = await operatorIdOf(engine, token, operatorKey);
  if (operatorId !== undefined) {
    const caller = callerOf(engine, { type: "operator", id: operatorId }, null, defaultTenantId);
    const expiresAtMs = Number.POSITIVE_INFINITY;
    return { caller, sessionId: null, expiresAtMs, foreignCommits };
  }
  const { userId, sessionId, tenantId, expiresAtMs } = await tokens.verify(token);
  const actor: Actor = { type: "user", id: userId, session_id: sessionId };
  const caller = callerOf(engine, actor, tenantId, defaultTenantId);
  return { caller, sessionId, expiresAtMs, foreignCommits: null };
}

async function operatorIdOf(
  engine: Engine,
  token: string,
  fromSettings: string | undefined,
): Promise<string | undefined> {
  if (fromSettings === undefined) return await findOperatorKey(engine, token);
  return isSameSecret(token, fromSettings) ? "settings" : undefined;
}

/** @throws {DomainError} `invalid_token` for a header of another scheme or shape. */
function bearerToken(header: string): string {
  const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
  if (token === undefined) throw invalidToken();
  return token;
}

/** Compares hashes, in a time that says nothing about where they differ. */
function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(hash("sha256", given, "buffer"), hash("sha256", expected, "buffer"));
}
