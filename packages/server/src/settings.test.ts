import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DomainError } from "@tenantry/core";
import { afterAll, describe, expect, it } from "vitest";
import { readSettings, redactSettings, renderEnvExample } from "./settings.ts";

const directory = mkdtempSync(join(tmpdir(), "tenantry-settings-"));
afterAll(() => rmSync(directory, { recursive: true }));

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readSettings(environment, directory);
  } catch (error) {
    if (error instanceof DomainError) return error.fields.map(({ pointer }) => pointer.slice(1));
    throw error;
  }
  return [];
}

describe("readSettings", () => {
  it("needs nothing: every setting has a default", () => {
    expect(readSettings({}, directory)).toMatchObject({
      port: 8000,
      host: "localhost",
      databaseUrl: undefined,
      dataDirectory: "./data",
      accessTokenMinutes: 30,
      registration: "open",
      requireIfMatch: false,
      corsOrigins: [],
      warnings: [],
    });
  });

  it("counts an empty value as absent", () => {
    expect(readSettings({ PORT: "", TENANTRY_OPERATOR_KEY: "" }, directory)).toMatchObject({
      port: 8000,
      operatorKey: undefined,
    });
  });

  it("reports every fault at once, by the name of its setting", () => {
    const environment = {
      PORT: "eighty",
      PUBLIC_URL: "ftp://x",
      ACCESS_TOKEN_EXPIRE_MINUTES: "0",
      TENANTRY_REGISTRATION: "maybe",
      TENANTRY_OPERATOR_KEY: "short",
      TENANTRY_CORS_ORIGINS: "https://a.example/path",
      DATABASE_REPLICA_URLS: "postgres://replica/db,mysql://x",
      TENANTRY_TENANT_SERVERS: "eu=mysql://x",
      TENANTRY_REPLICA_MAX_LAG_SECONDS: "0",
      REDIS_URL: "localhost:6379",
      DATABASE_URL: "mysql://x",
    };
    expect(new Set(faultsOf(environment))).toEqual(new Set(Object.keys(environment)));
  });

  it.each(["65536", "-1", "1.5", "0x50", " 80", "1e3"])("refuses %s as a port", (port) => {
    expect(faultsOf({ PORT: port })).toEqual(["PORT"]);
  });

  it.each([
    "proxy",
    "10.0.0.1, proxy",
    "10.0.0.0/33",
    "10.0.0.0/",
    "::1/129",
    "10.0.0.0/8/8",
    "1.2.3",
  ])("refuses %s as proxies", (given) => {
    expect(faultsOf({ TENANTRY_TRUST_PROXY: given })).toEqual(["TENANTRY_TRUST_PROXY"]);
  });

  it("takes addresses and networks of proxies", () => {
    const given = "10.0.0.1, 10.0.0.0/8, ::1, fd00::/8";
    const { trustProxy } = readSettings({ TENANTRY_TRUST_PROXY: given }, directory);
    expect(trustProxy).toEqual(given.split(", "));
  });

  it.each([
    "https://u:p@a.example",
    "https://a.example?x=1",
    "https://a.example#x",
    "ftp://a.example",
    "a.example",
  ])("refuses %s as its public address", (given) => {
    expect(faultsOf({ PUBLIC_URL: given })).toEqual(["PUBLIC_URL"]);
  });

  it("takes further servers by their names, and tells nothing of the addresses in its faults", () => {
    const eu = "postgres://u:hunter2%2C@eu.internal/postgres";
    const read = (TENANTRY_TENANT_SERVERS: string) =>
      readSettings({ TENANTRY_TENANT_SERVERS }, directory);
    const settings = read(`eu=${eu}, us-2=postgresql://us.internal`);
    expect([...settings.tenantServers]).toEqual([
      ["eu", eu],
      ["us-2", "postgresql://us.internal"],
    ]);
    expect(redactSettings(settings)).toMatchObject({ TENANTRY_TENANT_SERVERS: "(secret)" });
    expect(redactSettings(read(" "))).toMatchObject({ TENANTRY_TENANT_SERVERS: null });
    const wrong = {
      [eu]: /no name in its entry 1/,
      [`eu=${eu},eu=${eu}`]: /names eu twice/,
      [`main=${eu}`]: /server main, a name that is taken/,
      "eu=postgres://u:hunter2@:x": /no address .* for eu/,
    };
    for (const [given, says] of Object.entries(wrong)) {
      expect(() => read(given)).toThrow(says);
      expect(() => read(given)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
      );
    }
  });

  it("tells no secret in its faults", () => {
    const environment = {
      TENANTRY_OPERATOR_KEY: "sec ret",
      DATABASE_URL: "mysql://u:hunter2@h/d",
    };
    expect(() => readSettings(environment, directory)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/sec ret|hunter2/) }),
    );
  });

  it("reads secrets from files, and refuses both forms of one", () => {
    const file = join(directory, "key");
    writeFileSync(file, "a-key-from-a-file\n");
    const given = { TENANTRY_OPERATOR_KEY_FILE: file };
    expect(readSettings(given, directory).operatorKey).toBe("a-key-from-a-file");
    expect(faultsOf({ ...given, TENANTRY_OPERATOR_KEY: "another-key-in-text" })).toEqual([
      "TENANTRY_OPERATOR_KEY",
    ]);
    expect(faultsOf({ TENANTRY_OPERATOR_KEY_FILE: join(directory, "none") })).toEqual([
      "TENANTRY_OPERATOR_KEY_FILE",
    ]);
  });

  it("reads .env, and lets the environment go first", () => {
    const own = mkdtempSync(join(directory, "dotenv-"));
    writeFileSync(join(own, ".env"), "PORT=9001\nHOST=0.0.0.0\n# PUBLIC_URL=http://x\n");
    expect(readSettings({ PORT: "9002" }, own)).toMatchObject({ port: 9002, host: "0.0.0.0" });
  });

  it("makes one address of PostgreSQL in parts, and refuses both forms of it", () => {
    const parts = {
      MASTER_DB_HOST: "db.internal",
      MASTER_DB_USER: "ann",
      MASTER_DB_PASSWORD: "p@ss/word?",
    };
    const url = "postgres://ann:p%40ss%2Fword%3F@db.internal:5432/master_org_db";
    expect(readSettings(parts, directory).databaseUrl).toBe(url);
    expect(faultsOf({ ...parts, DATABASE_URL: "sqlite:x.db" })).toEqual(["DATABASE_URL"]);
  });

  it("warns of what has no effect, and of what it does not know", () => {
    const { warnings } = readSettings(
      { SECRET_KEY: "x", ALGORITHM: "HS256", TENANTRY_PROT: "1", OTHER: "1" },
      directory,
    );
    expect(warnings.map((line) => line.split(" ")[0]).sort()).toEqual([
      "ALGORITHM",
      "SECRET_KEY",
      "TENANTRY_PROT",
    ]);
  });
});

describe("redactSettings", () => {
  it("names every setting and tells no secret", () => {
    const settings = readSettings(
      { TENANTRY_OPERATOR_KEY: "the-operators-own-key", DATABASE_URL: "sqlite:x.db" },
      directory,
    );
    const shown = redactSettings(settings);
    expect(shown).toMatchObject({ PORT: 8000, TENANTRY_OPERATOR_KEY: "(secret)" });
    expect(JSON.stringify(shown)).not.toContain("the-operators-own-key");
  });
});

describe("the example file", () => {
  it("changes nothing as it is, and is read where the # are taken out", () => {
    const own = mkdtempSync(join(directory, "example-"));
    writeFileSync(join(own, ".env"), renderEnvExample());
    expect(readSettings({}, own)).toEqual(readSettings({}, directory));
    writeFileSync(
      join(own, ".env"),
      readFileSync(join(own, ".env"), "utf8").replaceAll(/^#(?=[A-Z])/gm, ""),
    );
    expect(readSettings({}, own)).toMatchObject({
      port: 8000,
      publicUrl: "http://localhost:8000",
      warnings: [],
    });
  });
});
