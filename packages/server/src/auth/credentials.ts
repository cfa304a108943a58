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

/** The sender of a request, proved by its Authorization header. */
export interface Caller {
  readonly actor: Actor;
  /** The tenant of the credential; null for callers who may choose the tenant: the operator and anonymous ones. */
  readonly tenantId: string | null;
  /** The context in that tenant, made once per credential. For callers who may choose, that of the default tenant. */
  readonly context: Context;
}

/** The request in which a credential was sent, for the security log. */
export interface CredentialSource {
  /** The tenant that the request names, if any. */
  readonly tenant: string | undefined;
  readonly requestId: string;
}

export interface Credentials {
  /**
   * The caller, if the header was verified before and is still valid; otherwise undefined, which does not mean that
   * it is invalid. Never waits: for the hot path.
   */
  known(authorization: string | undefined): Caller | undefined;
  /**
   * Verifies the caller. A refused credential is recorded in the security log, unless it is a token that merely
   * expired.
   *
   * @throws {DomainError} `invalid_token`, `session_revoked`, `tenant_suspended`.
   */
  identify(authorization: string | undefined, source: CredentialSource): Promise<Caller>;
}

export interface CredentialOptions {
  readonly engine: Engine;
  readonly tokens: AccessTokens;
  readonly defaultTenantId: string;
  /** The operator key from the settings; it replaces the one created at the first start. */
  readonly operatorKey: string | undefined;
  readonly maximumRemembered?: number;
}

/**
 * Identifies callers by their Authorization header.
 *
 * Verifying a signature costs more than answering a request, so verified headers are remembered until the token
 * expires, by the whole header. Whether its session is still live is checked every time.
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
    async identify(header, source) {
      if (header === undefined) return anonymous;
      const { caller, sessionId } = remembered.find(header) ?? (await verify(header, source));
      if (sessionId === null || (await isSessionLive(caller.context, sessionId))) return caller;
      const refusal = await sessionRefusal(caller.context);
      await recordRefusal(caller, { ...source, tenant: caller.context.tenantId }, refusal);
      throw refusal;
    },
  };

  async function verify(header: string, source: CredentialSource): Promise<VerifiedHeader> {
    try {
      const entry = await identifyNew(options, bearerToken(header));
      remembered.keep(header, entry);
      return entry;
    } catch (error) {
      if (!hasExpired(error)) await recordRefusal(anonymous, source, error);
      throw error;
    }
  }

  /** Records a refusal in the log of the tenant that the request names, or in that of the default tenant. */
  async function recordRefusal(
    { context }: Caller,
    { tenant, requestId }: CredentialSource,
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

/** @throws {DomainError} `invalid_token` for a header that is not a bearer token. */
function bearerToken(header: string): string {
  const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
  if (token === undefined) throw invalidToken();
  return token;
}

/** Compares hashes in constant time. */
function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(hash("sha256", given, "buffer"), hash("sha256", expected, "buffer"));
}
