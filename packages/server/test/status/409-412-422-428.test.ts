import { describe, expect, it } from "vitest";
import { createClient } from "../http-client.ts";
import { found, join, register } from "../people.ts";
import { startTestServer } from "../test-server.ts";
import { withServer } from "../with-server.ts";

const test = withServer();

describe("409", () => {
  it("answers what is taken, without regard to case", async () => {
    const { client } = test;
    const as = "operator";
    await client("createOrganization", { as, body: { name: "Straße", slug: "strasse" } });
    const name = await client("createOrganization", { as, body: { name: "STRASSE" } });
    expect(name.problem).toMatchObject({ status: 409, code: "organization_name_taken" });
    const slug = await client("createOrganization", {
      as,
      body: { name: "Other", slug: "strasse" },
    });
    expect(slug.problem.code).toBe("organization_slug_taken");
  });

  it("keeps an owner in every organization that has one", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const { id } = await found(server, owner);
    const params = { organization_id: id, user_id: owner.id };
    for (const as of [owner.token, "operator"]) {
      const demoted = await client("updateMember", { params, as, body: { role: "admin" } });
      const suspended = await client("updateMember", { params, as, body: { status: "suspended" } });
      const removed = await client("removeMember", { params, as });
      const codes = [demoted, suspended, removed].map(({ problem }) => problem.code);
      expect(codes).toEqual(["last_owner", "last_owner", "last_owner"]);
    }
    const deactivated = await client("updateUser", {
      params,
      as: "operator",
      body: { status: "deactivated" },
    });
    expect(deactivated.problem.code).toBe("last_owner");
  });
});

describe("412", () => {
  it("refuses a write to what has changed, and lets the one with the newest ETag through", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const member = await register(client);
    const { id } = await found(server, owner);
    await join(server, id, member);
    const as = owner.token;
    const params = { organization_id: id, user_id: member.id };
    const read = await client("getMember", { params, as });
    const etag = read.headers.get("etag") ?? "";
    const write = (tag: string, role: string) =>
      client("updateMember", { params, as, body: { role }, headers: { "if-match": tag } });
    const first = await write(etag, "viewer");
    expect(first.status).toBe(200);
    for (const tag of [etag, `W/${first.headers.get("etag")}`, '"something"', '"999"']) {
      const { status, problem } = await write(tag, "developer");
      expect([tag, status, problem.code]).toEqual([tag, 412, "revision_mismatch"]);
    }
    expect((await write(first.headers.get("etag") ?? "", "developer")).status).toBe(200);
    expect((await write("*", "member")).status).toBe(200);
  });

  it("lets two people who edit two members not collide", async () => {
    const { client, server } = test;
    const owner = await register(client);
    const [ann, bob] = [await register(client), await register(client)];
    const { id } = await found(server, owner);
    await join(server, id, ann);
    await join(server, id, bob);
    const at = (userId: string) => ({
      params: { organization_id: id, user_id: userId },
      as: owner.token,
    });
    const tags = [await client("getMember", at(ann.id)), await client("getMember", at(bob.id))].map(
      ({ headers }) => headers.get("etag") ?? "",
    );
    const body = { role: "viewer" };
    const first = await client("updateMember", {
      ...at(ann.id),
      body,
      headers: { "if-match": tags[0] ?? "" },
    });
    const second = await client("updateMember", {
      ...at(bob.id),
      body,
      headers: { "if-match": tags[1] ?? "" },
    });
    expect([first.status, second.status]).toEqual([200, 200]);
  });
});

describe("422", () => {
  it("replays the answer of a key, creation and all, and refuses the key for another request", async () => {
    const { client } = test;
    const as = (await register(client)).token;
    const headers = { "idempotency-key": "once" };
    const first = await client("createOrganization", { as, headers, body: { name: "Once" } });
    const quoted = { "idempotency-key": '"once"' };
    const second = await client("createOrganization", {
      as,
      headers: quoted,
      body: { name: "Once" },
    });
    expect(second.status).toBe(201);
    expect(second.text).toBe(first.text);
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
    const other = await client("createOrganization", { as, headers, body: { name: "Twice" } });
    expect([other.status, other.problem.code]).toEqual([422, "idempotency_key_reused"]);
    const somebody = (await register(client)).token;
    const theirs = await client("createOrganization", {
      as: somebody,
      headers,
      body: { name: "Theirs" },
    });
    expect(theirs.status).toBe(201);
  });

  it("makes one of fifty requests that come at once under one key", async () => {
    const { client } = test;
    const as = (await register(client)).token;
    const request = { as, headers: { "idempotency-key": "race" }, body: { name: "Race" } };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => client("createOrganization", request)),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 201 && status !== 409)).toEqual([]);
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    const { body } = await client("listOrganizations", { as });
    expect(body.items).toHaveLength(1);
  });

  it("does not keep an answer that holds a secret", async () => {
    const { client } = test;
    const body = { email: "secret@example.com", password: "long enough", name: "S" };
    const headers = { "idempotency-key": "secret" };
    expect((await client("register", { body, headers })).status).toBe(201);
    const again = await client("register", { body, headers });
    expect([again.status, again.problem.code]).toEqual([409, "idempotency_key_secret"]);
  });
});

describe("dry_run", () => {
  it("answers what would be, keeps nothing and promises no place", async () => {
    const { client } = test;
    const as = (await register(client)).token;
    const dry = await client("createOrganization", {
      as,
      query: { dry_run: true },
      body: { name: "Dry" },
    });
    expect([dry.status, dry.body.name, dry.headers.has("location")]).toEqual([201, "Dry", false]);
    expect((await client("listOrganizations", { as })).body.items).toEqual([]);
  });
});

describe("428", () => {
  it("wants If-Match on every write to a record, where the setting says so", async () => {
    const strict = await startTestServer({ environment: { TENANTRY_REQUIRE_IF_MATCH: "true" } });
    const client = createClient(strict.address);
    const owner = await register(client);
    const { id } = await found(strict, owner);
    const request = {
      params: { organization_id: id },
      as: owner.token,
      body: { domain: "a.example" },
    };
    const without = await client("updateOrganization", request);
    expect([without.status, without.problem.code]).toEqual([428, "precondition_required"]);
    const withAny = await client("updateOrganization", {
      ...request,
      headers: { "if-match": "*" },
    });
    expect(withAny.status).toBe(200);
    await strict.stop();
  });
});
