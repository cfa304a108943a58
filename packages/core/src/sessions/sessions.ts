import { createHash, randomBytes } from "node:crypto";
import type { Awaitable } from "../awaitable.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { newId } from "../ids.ts";
import { parseInput } from "../input.ts";
import { mutate } from "../mutation.ts";
import { normalizeEmail } from "../normalization.ts";
import { keepRefusals } from "../security-log/record-denial.ts";
import type { Ports } from "../store.ts";
import { assertTenantOpen, isTenantOpen, tenantSuspended } from "../tenants/tenants.policy.ts";
import { insertUser, presentUser } from "../users/user-record.ts";
import type { User } from "../users/users.schema.ts";
import type { UserRecord } from "../users/users.store.ts";
import { assertStrongPassword } from "./password-strength.ts";
import {
  type LoginInput,
  loginSchema,
  type RefreshInput,
  type RegisterInput,
  refreshSchema,
  registerSchema,
} from "./sessions.schema.ts";
import type { SessionRecord } from "./sessions.store.ts";

/** A session with its refresh token, which is shown once. The surface issues the access token. */
export interface SessionGrant {
  readonly session: SessionRecord;
  readonly user: User;
  readonly refresh_token: string;
}

/**
 * A refresh token reused within this time comes from a client that sent two requests at once, and not from a thief:
 * it is refused, but the session continues.
 */
const reuseGraceMs = 10_000;

const refreshTokenPrefix = "trt_";

/**
 * Creates an account with a password, and a session for it.
 *
 * @throws {DomainError} `registration_closed`, `email_taken`, `weak_password`, `tenant_suspended`.
 */
export async function registerUser(ctx: Context, input: RegisterInput): Promise<SessionGrant> {
  const parsed = parseInput(registerSchema, input);
  const { engine } = ctx;
  if (engine.settings.registration === "closed") {
    throw new DomainError("registration_closed", "Only an administrator may create accounts here");
  }
  assertStrongPassword(parsed.password, [parsed.email, parsed.name]);
  const hash = await engine.passwords.hash(parsed.password);
  const fingerprint = { ...parsed, password: undefined };
  return await mutate(
    ctx,
    "register_user",
    fingerprint,
    async (mutation) => {
      const { email, name } = parsed;
      const user = await insertUser(mutation, { email, name });
      await mutation.ports.users.setPasswordHash(ctx.tenantId, user.id, hash, mutation.now);
      return await openSession(ctx, mutation.ports, presentUser(user, false));
    },
    { holdsSecret: true },
  );
}

/** Whether a user may log in here at all. One who may not gets the answer for an unknown user. */
type MayEnter = (user: UserRecord, ports: Ports) => Awaitable<boolean>;

/**
 * Opens a session for the right password. An unknown address and a wrong password take the same time and get the same
 * answer.
 *
 * @param mayEnter Restricts who may log in; by default every user of the tenant may.
 * @throws {DomainError} `invalid_credentials`; `tenant_suspended` for a caller with the right password.
 */
export async function login(
  ctx: Context,
  input: LoginInput,
  mayEnter: MayEnter = () => true,
): Promise<SessionGrant> {
  return await keepRefusals(ctx, "login", () => openLoginSession(ctx, input, mayEnter));
}

async function openLoginSession(
  ctx: Context,
  input: LoginInput,
  mayEnter: MayEnter,
): Promise<SessionGrant> {
  const parsed = parseInput(loginSchema, input);
  const { committed } = ctx.engine.storage;
  const { users } = committed;
  const found = await users.findByEmail(ctx.tenantId, normalizeEmail(parsed.email));
  const user = found !== undefined && (await mayEnter(found, committed)) ? found : undefined;
  const hash = user === undefined ? undefined : await users.findPasswordHash(ctx.tenantId, user.id);
  const isRight = await ctx.engine.passwords.verify(
    hash ?? (await decoyHash(ctx)),
    parsed.password,
  );
  if (user === undefined || hash === undefined || !isRight || user.status !== "active") {
    throw invalidCredentials();
  }
  return await ctx.engine.storage.transaction(ctx.tenantId, async (ports) => {
    // The password was checked before the transaction; a user deactivated since gets no session.
    const current = await ports.users.find(ctx.tenantId, user.id);
    if (current?.status !== "active" || !(await mayEnter(current, ports))) {
      throw invalidCredentials();
    }
    return await openSession(ctx, ports, presentUser(current, false));
  });
}

let decoy: Promise<string> | undefined;

/** A hash that no password matches. Verifying it takes as long as verifying a real one. */
function decoyHash(ctx: Context): Promise<string> {
  decoy ??= ctx.engine.passwords.hash(randomBytes(16).toString("hex"));
  return decoy;
}

function invalidCredentials(): DomainError {
  return new DomainError("invalid_credentials", "The e-mail address or the password is wrong");
}

async function openSession(ctx: Context, ports: Ports, user: User): Promise<SessionGrant> {
  const nowMs = ctx.engine.clock();
  const session: SessionRecord = {
    tenant_id: ctx.tenantId,
    id: newId("ses"),
    user_id: user.id,
    created_at: new Date(nowMs).toISOString(),
    expires_at: new Date(nowMs + ctx.engine.settings.refreshTokenTtlSeconds * 1000).toISOString(),
    revoked_at: null,
  };
  await ports.sessions.insert(session);
  return { session, user, refresh_token: await issueRefreshToken(ctx, ports, session.id) };
}

/**
 * The token contains its tenant's short id, because every key it is looked up by starts with the tenant. Every log-in
 * ends here, so none succeeds in a tenant that is not active.
 */
async function issueRefreshToken(ctx: Context, ports: Ports, sessionId: string): Promise<string> {
  const tenant = await ports.tenants.find(ctx.tenantId);
  assertTenantOpen(tenant);
  const token = `${refreshTokenPrefix}${tenant.short_id}_${randomBytes(32).toString("base64url")}`;
  await ports.sessions.insertRefreshToken({
    tenant_id: ctx.tenantId,
    token_hash: hashToken(token),
    session_id: sessionId,
    created_at: new Date(ctx.engine.clock()).toISOString(),
    used_at: null,
  });
  return token;
}

function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * Exchanges a refresh token for the next one. Each works once. If one is used again later, it was stolen by one of
 * the two users, so the session ends (RFC 9700, section 4.14.2).
 *
 * @throws {DomainError} `invalid_token`, `session_revoked`, `tenant_suspended`.
 */
export async function refreshSession(ctx: Context, input: RefreshInput): Promise<SessionGrant> {
  return await keepRefusals(ctx, "refresh_session", () => rotateSession(ctx, input));
}

async function rotateSession(ctx: Context, input: RefreshInput): Promise<SessionGrant> {
  const { refresh_token } = parseInput(refreshSchema, input);
  const tenanted = await withTokenTenant(ctx, refresh_token);
  const tokenHash = hashToken(refresh_token);
  const outcome = await ctx.engine.storage.transaction(ctx.tenantId, (ports) =>
    rotate(tenanted, ports, tokenHash),
  );
  if (outcome === "reused") throw invalidToken();
  if (typeof outcome !== "string") return outcome;
  tenanted.engine.sessions.clear();
  throw new DomainError(
    "session_revoked",
    "This refresh token was used before, so its session has ended; log in again",
  );
}

/** Returns the refusal instead of throwing it, because the end of the session must be committed. */
async function rotate(
  ctx: Context,
  ports: Ports,
  tokenHash: string,
): Promise<SessionGrant | "reused" | "revoked"> {
  const nowMs = ctx.engine.clock();
  const now = new Date(nowMs).toISOString();
  const token = await ports.sessions.findRefreshToken(ctx.tenantId, tokenHash);
  if (token === undefined) throw invalidToken();
  const session = await ports.sessions.find(ctx.tenantId, token.session_id);
  if (session === undefined || session.revoked_at !== null || session.expires_at <= now) {
    throw invalidToken();
  }
  if (!(await ports.sessions.useRefreshToken(ctx.tenantId, tokenHash, now))) {
    if (nowMs - Date.parse(token.used_at ?? now) < reuseGraceMs) return "reused";
    await ports.sessions.revoke(ctx.tenantId, session.id, now);
    return "revoked";
  }
  const user = await ports.users.find(ctx.tenantId, session.user_id);
  if (user?.status !== "active") throw invalidToken();
  const refresh_token = await issueRefreshToken(ctx, ports, session.id);
  return { session, user: presentUser(user, false), refresh_token };
}

function invalidToken(): DomainError {
  return new DomainError(
    "invalid_token",
    "The refresh token is not valid or was used; log in again",
  );
}

/** Ends the session of a refresh token. An unknown token ends nothing and is no error. */
export async function logout(ctx: Context, input: RefreshInput): Promise<void> {
  return await keepRefusals(ctx, "logout", () => endSession(ctx, input));
}

async function endSession(ctx: Context, input: RefreshInput): Promise<void> {
  const { refresh_token } = parseInput(refreshSchema, input);
  const tenanted = await withTokenTenant(ctx, refresh_token);
  const { tenantId, engine } = tenanted;
  const sessionId = await engine.storage.transaction(tenantId, async (ports) => {
    const token = await ports.sessions.findRefreshToken(tenantId, hashToken(refresh_token));
    if (token === undefined) return undefined;
    await ports.sessions.revoke(tenantId, token.session_id, new Date(engine.clock()).toISOString());
    return token.session_id;
  });
  if (sessionId !== undefined) engine.sessions.drop(tenantId, sessionId);
}

/**
 * The context of the tenant named in the token. It must be the tenant that the call names, so that a call for one
 * tenant never reaches another.
 */
async function withTokenTenant(ctx: Context, token: string): Promise<Context> {
  const shortId = /^trt_([0-9a-z]+)_/.exec(token)?.[1];
  if (shortId === undefined) throw invalidToken();
  const tenant = await ctx.engine.storage.committed.tenants.findByShortId(shortId);
  if (tenant?.id !== ctx.tenantId) throw invalidToken();
  return ctx;
}

/**
 * Whether a session is live and its tenant is active. Answers from memory; reads again after a commit of another
 * process.
 */
export async function isSessionLive(ctx: Context, sessionId: string): Promise<boolean> {
  const { engine, tenantId } = ctx;
  await engine.storage.catchUp(tenantId, false);
  const nowMs = engine.clock();
  const foreignCommits = engine.storage.foreignCommits(tenantId);
  if (engine.sessions.isLive(tenantId, sessionId, nowMs, foreignCommits)) return true;
  const ends = engine.sessions.ends();
  const { sessions, tenants } = engine.storage.committed;
  const [session, tenant] = await Promise.all([
    sessions.find(tenantId, sessionId),
    tenants.find(tenantId),
  ]);
  if (tenant === undefined || !isTenantOpen(tenant.status)) return false;
  if (session === undefined || session.revoked_at !== null) return false;
  const expiresAtMs = Date.parse(session.expires_at);
  if (expiresAtMs <= nowMs) return false;
  engine.sessions.keep(tenantId, sessionId, { expiresAtMs, foreignCommits }, ends);
  return true;
}

/** The error for a caller whose session is not live. */
export async function sessionRefusal({ engine, tenantId }: Context): Promise<DomainError> {
  const tenant = await engine.storage.committed.tenants.find(tenantId);
  if (tenant?.status === "suspended") return tenantSuspended();
  return new DomainError("session_revoked", "The session has ended; sign in again");
}

/** Whether the cache knows the session as live, without waiting. False means that it is not known yet. */
export function isSessionKnownLive(ctx: Context, sessionId: string): boolean {
  const { engine, tenantId } = ctx;
  if (engine.storage.catchUp(tenantId, false) instanceof Promise) return false;
  return engine.sessions.isLive(
    tenantId,
    sessionId,
    engine.clock(),
    engine.storage.foreignCommits(tenantId),
  );
}
