import { createHmac, createPublicKey } from "node:crypto";
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEverydayClient } from "../denials.ts";
import { found, type Person, password, register } from "../people.ts";
import { withAttackedServer } from "./with-attacked-server.ts";

/** Attack cases 35 and 37 to 40: whatever a token says about itself, only our key, our algorithm and our claims count. */
const test = withAttackedServer({ hasOwnClock: true });

interface Claims {
  readonly [name: string]: unknown;
}

let person: Person;
let claims: Claims;
let kid: string;
let publicJwk: JWK;
let ours: CryptoKey;

beforeAll(async () => {
  person = await register(test.client);
  const [head = "", body = ""] = person.token.split(".");
  kid = decode(head).kid as string;
  claims = decode(body);
  publicJwk = (await test.client("getJwks")).body.keys[0] as JWK;
  const { keys } = test.server.tenantry.engine.storage.committed;
  const [record] = await keys.listSigningKeys();
  ours = (await importJWK(JSON.parse(record?.private_jwk ?? ""), "EdDSA")) as CryptoKey;
});

/** Of refused credentials sixty are kept in a minute; here there are more. */
beforeEach(() => {
  test.server.clock.nowMs += 20_000;
});

function decode(part: string): Claims {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

async function sign(changes: Claims, header: Claims = {}, key = ours): Promise<string> {
  return await new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid, ...header } as never)
    .sign(key);
}

async function statusOf(token: string): Promise<number> {
  return (await test.client("getMe", { as: token })).status;
}

it("takes a token of its own making, so that what follows means something", async () => {
  expect(await statusOf(await sign({}))).toBe(200);
});

it("says who, in which session and tenant, for whom and until when, and nothing that grows with organizations", async () => {
  const many = await register(test.client);
  for (let n = 0; n < 20; n += 1) await found(test.server, many);
  const { body } = await test.client("login", { body: { email: many.email, password } });
  const [, payload = ""] = body.access_token.split(".");
  const names = ["aud", "exp", "iat", "iss", "jti", "sid", "sub", "tid"];
  expect(Object.keys(decode(payload)).sort()).toEqual(names);
  expect(body.access_token).toHaveLength(many.token.length);
});

it("publishes the public half of its keys and nothing else", async () => {
  const { text } = await test.client("getJwks");
  expect(Object.keys(JSON.parse(text).keys[0]).sort()).toEqual([
    "alg",
    "crv",
    "kid",
    "kty",
    "use",
    "x",
  ]);
});

describe("a forged token", () => {
  it("is refused without a signature, under every spelling of none", async () => {
    for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
      for (const signature of ["", "AA"]) {
        const token = `${encode({ alg, typ: "at+jwt", kid })}.${encode(claims)}.${signature}`;
        expect(await statusOf(token)).toBe(401);
      }
    }
  });

  it("is refused with our public key as the secret of an HMAC, in every form of that key", async () => {
    const pem = createPublicKey({ key: publicJwk as never, format: "jwk" }).export({
      type: "spki",
      format: "pem",
    });
    const secrets = [
      String(pem),
      String(pem).trim(),
      ` ${pem}`,
      JSON.stringify(publicJwk),
      publicJwk.x ?? "",
      Buffer.from(publicJwk.x ?? "", "base64url"),
    ];
    for (const secret of secrets) {
      for (const [alg, hash] of [
        ["HS256", "sha256"],
        ["HS512", "sha512"],
      ] as const) {
        const signed = `${encode({ alg, typ: "at+jwt", kid })}.${encode(claims)}`;
        const signature = createHmac(hash, secret).update(signed).digest("base64url");
        expect(await statusOf(`${signed}.${signature}`)).toBe(401);
      }
    }
  });

  it("is refused when it brings its own key, or says where to fetch one", async () => {
    const pair = await generateKeyPair("EdDSA", { extractable: true });
    const jwk = await exportJWK(pair.publicKey);
    const headers = [
      { jwk },
      { jku: "https://attacker.example/jwks.json" },
      { x5u: "https://attacker.example/cert.pem" },
      { kid: "../../etc/passwd" },
      { kid: "" },
      { kid: "' OR 1=1 --" },
      { jwk, kid: undefined },
    ];
    for (const header of headers) {
      expect(await statusOf(await sign({}, header, pair.privateKey))).toBe(401);
    }
  });

  it("is refused under our key with another algorithm, or a critical extension", async () => {
    expect(await statusOf(await sign({}, { crit: ["exp"], exp: 1 }).catch(() => "unsigned"))).toBe(
      401,
    );
    const pair = await generateKeyPair("ES256");
    expect(await statusOf(await sign({}, { alg: "ES256" }, pair.privateKey))).toBe(401);
  });

  it("is refused when any of its three parts is altered, at any place", async () => {
    const parts = person.token.split(".") as [string, string, string];
    for (const [index, part] of parts.entries()) {
      for (const at of [0, Math.floor(part.length / 2), part.length - 2]) {
        const letter = part[at] === "A" ? "B" : "A";
        const changed = [...parts];
        changed[index] = part.slice(0, at) + letter + part.slice(at + 1);
        expect(await statusOf(changed.join("."))).toBe(401);
      }
    }
    // The letters in whose place another means the same bytes.
    const [head, body, signature] = parts;
    const meant = Buffer.from(signature, "base64url");
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];
    const spellings = letters
      .map((letter) => signature.slice(0, -1) + letter)
      .filter((one) => one !== signature && Buffer.from(one, "base64url").equals(meant));
    expect(spellings).toHaveLength(15);
    for (const one of spellings) expect(await statusOf(`${head}.${body}.${one}`)).toBe(401);
    expect(await statusOf(`${person.token}.`)).toBe(401);
    expect(await statusOf(`${parts[0]}.${parts[1]}`)).toBe(401);
  });
});

describe("a token of ours for something else", () => {
  const now = Math.floor(Date.now() / 1000);
  const wrong: Record<string, Claims> = {
    "another audience": { aud: "http://other.test/api/v1" },
    "an audience among others' only": { aud: ["http://other.test", "http://tenantry.test"] },
    "no audience": { aud: undefined },
    "another issuer": { iss: "http://evil.test" },
    "an issuer with a slash": { iss: "http://tenantry.test/" },
    "no issuer": { iss: undefined },
    "no subject": { sub: undefined },
    "a subject that is no text": { sub: 7 },
    "no session": { sid: undefined },
    "no tenant": { tid: undefined },
    "no end": { exp: undefined },
    "an end that is text": { exp: "never" },
    "no beginning": { iat: undefined },
    "a beginning far ahead": { iat: now + 3600 },
    "a time before which it is nothing": { nbf: now + 3600 },
    "no id": { jti: undefined },
    "a session that never was": { sid: "ses_01h455vb4pex5vsknk084sn02q" },
    "a tenant that never was": { tid: "ten_01h455vb4pex5vsknk084sn02q" },
  };

  it.each(Object.keys(wrong))("is refused with %s", async (name) => {
    expect(await statusOf(await sign(wrong[name] ?? {}))).toBe(401);
  });

  it("is refused with an end long ago, which is everyday life and no denial", async () => {
    const client = createEverydayClient(test.server);
    const as = await sign({ exp: now - 10 });
    expect((await client("getMe", { as })).problem.code).toBe("invalid_token");
  });

  it.each(["JWT", "id+jwt", "dpop+jwt", "", undefined])(
    "is refused as the type %s",
    async (typ) => {
      expect(await statusOf(await sign({}, { typ }))).toBe(401);
    },
  );

  it("is a refresh token nowhere, and a refresh token opens nothing", async () => {
    expect(await statusOf(person.refreshToken)).toBe(401);
    const { status } = await test.client("refresh", {
      body: { refresh_token: person.token.slice(0, 200) },
    });
    expect(status).toBe(401);
  });
});

describe("a header that was verified before", () => {
  it("vouches for no other that ends alike", async () => {
    expect(await statusOf(person.token)).toBe(200);
    const [head = "", , signature = ""] = person.token.split(".");
    const forged = [head, encode({ ...claims, sub: "somebody-else" }), signature].join(".");
    expect(await statusOf(forged)).toBe(401);
    expect(await statusOf(person.token)).toBe(200);
  });

  it("is good until its end and not a moment longer", async () => {
    const late = await register(test.client);
    expect(await statusOf(late.token)).toBe(200);
    test.server.clock.nowMs += 30 * 60_000 - 1000;
    expect(await statusOf(late.token)).toBe(200);
    test.server.clock.nowMs += 1000;
    const client = createEverydayClient(test.server);
    expect((await client("getMe", { as: late.token })).status).toBe(401);
  });
});
