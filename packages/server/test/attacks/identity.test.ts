import { describe, expect, it } from "vitest";
import { createAttackClient } from "../denials.ts";
import { password, register } from "../people.ts";
import { startTestServer } from "../test-server.ts";
import { withAttackedServer } from "./with-attacked-server.ts";

/** Attack case 44: however an address is spelt, it is one account; what cannot be compared safely is refused. */
const test = withAttackedServer();

describe("an e-mail address", () => {
  const same = [
    "Bob@X-Corp.com",
    "BOB@x-corp.COM",
    "  bob@x-corp.com  ",
    "bob\uff20x-corp.com",
    "\uff22\uff2f\uff22@x-corp.com",
    "bob@x\u2010corp.com".replace("\u2010", "-"),
  ];
  const refused = [
    "b\u0131b@x-corp.com",
    "b\u00f6b@x-corp.com",
    "bob@x-c\u043erp.com",
    "bob@x-corp",
    "bob@@x-corp.com",
    "bob@x-corp.com,eve@evil.example",
    "bob@x-corp.com\r\nBcc: eve@evil.example",
    "bob@x-corp.com\u0000",
    '"bob"@x-corp.com',
    "bob@[127.0.0.1]",
  ];

  it("is one account in every spelling, at registration and at log-in", async () => {
    const { client } = test;
    const person = await register(client, undefined, "bob@x-corp.com");
    for (const email of same) {
      const again = await client("register", { body: { email, password, name: "Bob" } });
      expect([email, again.status]).toEqual([email, 409]);
      const login = await client("login", { body: { email, password } });
      expect([email, login.body.user?.id]).toEqual([email, person.id]);
      expect(login.body.user.email).toBe("bob@x-corp.com");
    }
  });

  it("is refused where two that look alike could be two", async () => {
    for (const email of refused) {
      const { status, problem } = await test.client("register", {
        body: { email, password, name: "Bob" },
      });
      expect([email, status]).toEqual([email, 400]);
      expect(problem.errors[0]?.pointer).toBe("/email");
    }
  });

  it("is text, and no list or object", async () => {
    for (const email of [
      ["bob@x-corp.com", "eve@evil.example"],
      { 0: "bob@x-corp.com" },
      null,
      7,
    ]) {
      const body = { email, password, name: "Bob" };
      expect((await test.client("register", { body })).status).toBe(400);
      expect((await test.client("login", { body: { email, password } })).status).toBe(400);
    }
  });

  it("is one account where fifty register it at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        test.client("register", {
          body: {
            email: n % 2 === 0 ? "race@example.com" : "RACE@example.com",
            password,
            name: "R",
          },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });
});

describe("registration", () => {
  it("is closed where the setting says so", async () => {
    const server = await startTestServer({ environment: { TENANTRY_REGISTRATION: "closed" } });
    const body = { email: "new@example.com", password, name: "New" };
    const { status, problem } = await createAttackClient(server)("register", { body });
    expect([status, problem.code]).toEqual([403, "registration_closed"]);
    await server.stop();
  });

  it("refuses passwords that are guessed first", async () => {
    for (const weak of ["password", "12345678", "weak@example.com"]) {
      const body = { email: "weak@example.com", password: weak, name: "Weak" };
      expect((await test.client("register", { body })).problem.code).toBe("weak_password");
    }
  });
});
