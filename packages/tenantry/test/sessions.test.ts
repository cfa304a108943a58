import {
  createOrganization,
  createTenant,
  createUser,
  type Denial,
  getMember,
  getOrganization,
  isSessionLive,
  listDenials,
  login,
  logout,
  openPage,
  refreshSession,
  registerUser,
  type SessionGrant,
  sweepExpired,
  updateUser,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

const ann = { email: "Ann@Example.com", password: "correct horse battery", name: "Ann" };

function anonymous(tenantry: Tenantry) {
  return tenantry.context({ actor: { type: "anonymous" } });
}

const credentials = { email: ann.email, password: ann.password };
const swept = (idempotencyKeys: number, sessions: number) => ({
  idempotencyKeys,
  sessions,
  unreachable: [],
});
const tokenOf = ({ refresh_token }: SessionGrant) => ({ refresh_token });

async function register(tenantry: Tenantry): Promise<SessionGrant> {
  return await registerUser(anonymous(tenantry), ann);
}

test("lets a person in by the right password alone, in whichever case they write their address", async () => {
  const tenantry = await openTestTenantry();
  const { user } = await register(tenantry);
  const password = ann.password;
  expect((await login(anonymous(tenantry), { email: "ann@EXAMPLE.com", password })).user.id).toBe(
    user.id,
  );
  const wrong = { email: ann.email, password: "correct horse batterz" };
  const unknown = { email: "nobody@example.com", password };
  for (const input of [wrong, unknown]) {
    await expect(login(anonymous(tenantry), input)).rejects.toMatchObject({
      code: "invalid_credentials",
      message: "The e-mail address or the password is wrong",
    });
  }
});

test.each(["ann@example.com", "ANN@EXAMPLE.COM", " ann@example.com ", "ａnn＠example.com"])(
  "takes %j for an address that is taken",
  async (email) => {
    const tenantry = await openTestTenantry();
    await register(tenantry);
    await expect(registerUser(anonymous(tenantry), { ...ann, email })).rejects.toMatchObject({
      code: "email_taken",
    });
  },
);

test.each(["anı@example.com", "änn@example.com", "ann@exämple.com", "a@b", "ann@@example.com"])(
  "refuses an address that cannot be compared safely: %j",
  async (email) => {
    const tenantry = await openTestTenantry();
    await expect(registerUser(anonymous(tenantry), { ...ann, email })).rejects.toMatchObject({
      code: "invalid_input",
      fields: [expect.objectContaining({ pointer: "/email" })],
    });
  },
);

test("gives one refresh token that comes fifty times at once exactly one successor", async () => {
  const tenantry = await openTestTenantry();
  const { refresh_token } = await register(tenantry);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () => refreshSession(anonymous(tenantry), { refresh_token })),
  );
  const granted = outcomes.filter((outcome) => outcome.status === "fulfilled");
  expect(granted).toHaveLength(1);
  const successor = granted[0]?.value.refresh_token ?? "";
  const next = await refreshSession(anonymous(tenantry), { refresh_token: successor });
  expect(next.refresh_token).not.toBe(successor);
});

test("ends the session when a used refresh token comes again later", async () => {
  let now = Date.now();
  const tenantry = await openTestTenantry({ clock: () => now });
  const first = await register(tenantry);
  const second = await refreshSession(anonymous(tenantry), tokenOf(first));
  now += 60_000;
  await expect(refreshSession(anonymous(tenantry), tokenOf(first))).rejects.toMatchObject({
    code: "session_revoked",
  });
  expect(await isSessionLive(tenantry.context(), first.session.id)).toBe(false);
  await expect(refreshSession(anonymous(tenantry), tokenOf(second))).rejects.toMatchObject({
    code: "invalid_token",
  });
});

test("ends a session by log-out, by its time and by deactivation", async () => {
  let now = Date.now();
  const tenantry = await openTestTenantry({ clock: () => now });
  const ctx = tenantry.context();
  const byLogout = await register(tenantry);
  const byTime = await login(anonymous(tenantry), credentials);
  expect(await isSessionLive(ctx, byLogout.session.id)).toBe(true);
  await logout(anonymous(tenantry), tokenOf(byLogout));
  expect(await isSessionLive(ctx, byLogout.session.id)).toBe(false);
  expect(await isSessionLive(ctx, byTime.session.id)).toBe(true);
  now += 31 * 24 * 60 * 60 * 1000;
  expect(await isSessionLive(ctx, byTime.session.id)).toBe(false);
  const byDeactivation = await login(anonymous(tenantry), credentials);
  expect(await isSessionLive(ctx, byDeactivation.session.id)).toBe(true);
  await updateUser(ctx, byDeactivation.user.id, { status: "deactivated" });
  expect(await isSessionLive(ctx, byDeactivation.session.id)).toBe(false);
  await expect(login(anonymous(tenantry), credentials)).rejects.toMatchObject({
    code: "invalid_credentials",
  });
});

test("takes no refresh token of another tenant", async () => {
  const tenantry = await openTestTenantry();
  const { refresh_token } = await register(tenantry);
  const other = await createTenant(tenantry.context(), { name: "Other" });
  const elsewhere = tenantry.context({ tenantId: other.id, actor: { type: "anonymous" } });
  for (const token of [
    refresh_token,
    refresh_token.replace(/^trt_[^_]+/, `trt_${other.short_id}`),
  ]) {
    await expect(refreshSession(elsewhere, { refresh_token: token })).rejects.toMatchObject({
      code: "invalid_token",
    });
  }
});

test("keeps no password and no refresh token in a form that could be used", async () => {
  const tenantry = await openTestTenantry();
  const { user, refresh_token } = await register(tenantry);
  const hash = await tenantry.engine.storage.committed.users.findPasswordHash(
    user.tenant_id,
    user.id,
  );
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const { events } = tenantry.engine.storage.committed;
  const chain = await events.list(user.tenant_id, user.tenant_id, 0, 100);
  const everything = JSON.stringify([chain, hash]);
  expect(everything).not.toContain(ann.password);
  expect(everything).not.toContain(refresh_token);
});

test.each(["short", "password123", "ann@example.com"])(
  "refuses the password %j",
  async (password) => {
    const tenantry = await openTestTenantry();
    await expect(registerUser(anonymous(tenantry), { ...ann, password })).rejects.toMatchObject({
      fields: [expect.objectContaining({ pointer: "/password" })],
    });
  },
);

test("notes when a member was last active, at most every five minutes and without a revision", async () => {
  let now = Date.now();
  const tenantry = await openTestTenantry({ clock: () => now });
  const { organization, owner } = await makeOrganization(tenantry);
  const ctx = as(tenantry, owner);
  const lastActive = async () => {
    await getOrganization(ctx, organization.id);
    await tenantry.engine.flush();
    return (await getMember(tenantry.context(), organization.id, owner.id)).last_active_at;
  };
  const first = await lastActive();
  expect(first).toBe(new Date(now).toISOString());
  now += 4 * 60 * 1000;
  expect(await lastActive()).toBe(first);
  now += 2 * 60 * 1000;
  expect(await lastActive()).toBe(new Date(now).toISOString());
  expect((await getOrganization(ctx, organization.id)).revision).toBe(organization.revision);
});

test("sweeps away what has expired, and nothing that has not", async () => {
  let now = Date.now();
  const tenantry = await openTestTenantry({ clock: () => now });
  const old = await register(tenantry);
  const { owner } = await makeOrganization(tenantry);
  const ctx = { ...as(tenantry, owner), idempotencyKey: "k1" };
  await createOrganization(ctx, { name: "Once" });
  expect(await sweepExpired(tenantry.engine)).toEqual(swept(0, 0));
  now += 29 * 24 * 60 * 60 * 1000;
  const young = await login(anonymous(tenantry), credentials);
  now += 2 * 24 * 60 * 60 * 1000;
  expect(await sweepExpired(tenantry.engine)).toEqual(swept(1, 1));
  expect(await isSessionLive(tenantry.context(), young.session.id)).toBe(true);
  await expect(refreshSession(anonymous(tenantry), tokenOf(old))).rejects.toMatchObject({
    code: "invalid_token",
  });
});

test("keeps a refused password and a refused token in the security log, alike whatever was wrong", async () => {
  const tenantry = await openTestTenantry();
  const grant = await register(tenantry);
  const ctx = anonymous(tenantry);
  const [, shortId] = grant.refresh_token.split("_");
  const attempts = [
    () => login(ctx, { email: ann.email, password: "correct horse batterz" }),
    () => login(ctx, { email: "nobody@example.com", password: ann.password }),
    () => refreshSession(ctx, { refresh_token: `trt_${shortId}_invented` }),
    () => refreshSession(ctx, { refresh_token: "trt_elsewhere_invented" }),
  ];
  for (const attempt of attempts) await expect(attempt()).rejects.toThrow();
  const refused = { actor: { type: "anonymous", id: null }, organization_id: null };
  const [token, otherToken, password, otherPassword] = await refusalsOf(tenantry);
  expect(token).toMatchObject({ ...refused, code: "invalid_token", operation: "refresh_session" });
  expect(password).toMatchObject({ ...refused, code: "invalid_credentials", operation: "login" });
  for (const [one, other] of [
    [token, otherToken],
    [password, otherPassword],
  ]) {
    const { id, occurred_at } = other ?? {};
    expect({ ...one, id, occurred_at }).toEqual(other);
  }
});

test("keeps sixty refusals of strangers in a minute, so that they flood out nobody else's", async () => {
  const tenantry = await openTestTenantry({ clock: () => 0 });
  const user = await makeUser(tenantry);
  await expect(createUser(as(tenantry, user), {})).rejects.toMatchObject({
    code: "permission_denied",
  });
  const knock = () => logout(anonymous(tenantry), { refresh_token: "trt_elsewhere_invented" });
  await Promise.allSettled(Array.from({ length: 100 }, knock));
  const refusals = await refusalsOf(tenantry);
  expect(refusals.filter(({ actor }) => actor.type === "anonymous")).toHaveLength(60);
  expect(refusals).toContainEqual(
    expect.objectContaining({ actor: { type: "user", id: user.id } }),
  );
  const head = await tenantry.engine.storage.committed.events.head(
    tenantry.defaultTenant.id,
    tenantry.defaultTenant.id,
  );
  await Promise.allSettled(Array.from({ length: 10 }, knock));
  await tenantry.engine.flush();
  expect(
    await tenantry.engine.storage.committed.events.head(
      tenantry.defaultTenant.id,
      tenantry.defaultTenant.id,
    ),
  ).toEqual(head);
});

/** What the security log of the default tenant keeps, the newest first. */
async function refusalsOf(tenantry: Tenantry) {
  await tenantry.engine.flush();
  return openPage<Denial>(await listDenials(tenantry.context(), { limit: 200 })).items;
}
