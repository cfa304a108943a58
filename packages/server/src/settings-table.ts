import { isIP } from "node:net";
import { z } from "zod";
import {
  flag,
  list,
  oneOf,
  optionalText,
  setting,
  tenantServers,
  textOr,
  wholeNumber,
} from "./settings-fields.ts";

const webAddress = z
  .url({ protocol: /^https?$/, error: "is not an address such as https://tenantry.example.com" })
  .refine(isBareAddress, {
    error: "has a user, a query or a fragment in it; give the address alone",
  })
  .transform((url) => url.replace(/\/+$/, ""))
  .optional();

function isBareAddress(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return true;
  const { username, password, search, hash } = parsed;
  return username + password + search + hash === "";
}

const proxyAddress = z.string().refine(isAddressOrNetwork, {
  error: "is not an IP address such as 10.0.0.1, nor a network such as 10.0.0.0/8",
});

function isAddressOrNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

const postgresAddress = z
  .string()
  .regex(/^postgres(ql)?:\/\//, "is not an address such as postgres://user:password@host/database")
  .optional();

const originField = z.string().refine((text) => text === "*" || URL.parse(text)?.origin === text, {
  error: "is not an origin such as https://app.example.com",
});

const secretText = z
  .string()
  .regex(/^[\x21-\x7e]+$/, "holds a space or a character outside ASCII")
  .min(16, "is shorter than 16 characters")
  .optional();

/** All settings. Absent ones have their default; nothing else is read from the environment. */
export const settingsTable = {
  port: setting({
    name: "PORT",
    description: "The port to listen on; 0 takes a free one.",
    schema: wholeNumber(8000, 0, 65_535),
    example: "8000",
  }),
  host: setting({
    name: "HOST",
    description:
      "The address to listen on. Inside a container 0.0.0.0, so that it is reached from outside.",
    schema: textOr("localhost"),
    example: "localhost",
  }),
  publicUrl: setting({
    name: "PUBLIC_URL",
    description: "Where people and programs reach this server; stands in tokens and links.",
    schema: webAddress,
    example: "http://localhost:8000",
  }),
  databaseUrl: setting({
    name: "DATABASE_URL",
    description:
      "Where data lives: sqlite:PATH, json:DIRECTORY or postgres://…; without it, SQLite in the data directory.",
    schema: optionalText,
    isSecret: true,
  }),
  databaseOwnerUrl: setting({
    name: "DATABASE_OWNER_URL",
    description:
      "PostgreSQL: as DATABASE_URL, of the user who owns the tables and migrates them. DATABASE_URL then names one who owns nothing; without it that one is made.",
    schema: postgresAddress,
    isSecret: true,
  }),
  databaseReplicaUrls: setting({
    name: "DATABASE_REPLICA_URLS",
    description:
      "Standbys of the PostgreSQL at DATABASE_URL, between commas: lists, statistics and exports may be read there.",
    schema: list.pipe(z.array(z.string().regex(/^postgres(ql)?:\/\/./, "is not postgres://…"))),
    isSecret: true,
  }),
  replicaMaximumLagSeconds: setting({
    name: "TENANTRY_REPLICA_MAX_LAG_SECONDS",
    description: "How far a standby may be behind before it is left out until it has caught up.",
    schema: wholeNumber(10, 1, 3600),
    example: "10",
  }),
  redisUrl: setting({
    name: "REDIS_URL",
    description:
      "redis://… or rediss://…: several servers share rate limits there and, on PostgreSQL, what members may do.",
    schema: z
      .string()
      .regex(/^rediss?:\/\/./, "is not redis://HOST:PORT or rediss://HOST:PORT")
      .optional(),
    isSecret: true,
  }),
  dataDirectory: setting({
    name: "TENANTRY_DATA_DIR",
    description: "Where files live that have no place of their own.",
    schema: textOr("./data"),
    example: "./data",
  }),
  tenantServers: setting({
    name: "TENANTRY_TENANT_SERVERS",
    description:
      "PostgreSQL: further servers on which tenants may have databases of their own, as NAME=postgres://…, between commas; each with a user who may make databases there.",
    schema: tenantServers,
    isSecret: true,
  }),
  connectionBudget: setting({
    name: "TENANTRY_CONNECTION_BUDGET",
    description:
      "Connections that this process opens at most, for the main database and those of single tenants together.",
    schema: wholeNumber(50, 10, 10_000),
    example: "50",
  }),
  idleDatabaseSeconds: setting({
    name: "TENANTRY_IDLE_DATABASE_SECONDS",
    description: "After how long a tenant's own database that nobody uses is closed.",
    schema: wholeNumber(60, 1, 86_400),
    example: "60",
  }),
  operatorKey: setting({
    name: "TENANTRY_OPERATOR_KEY",
    description: "The operator's key. Without it one is made and shown at the first start, once.",
    schema: secretText,
    isSecret: true,
  }),
  accessTokenMinutes: setting({
    name: "ACCESS_TOKEN_EXPIRE_MINUTES",
    description: "How long an access token is good.",
    schema: wholeNumber(30, 1, 1440),
    example: "30",
  }),
  refreshTokenDays: setting({
    name: "TENANTRY_REFRESH_TOKEN_DAYS",
    description: "How long somebody stays signed in.",
    schema: wholeNumber(30, 1, 3650),
    example: "30",
  }),
  registration: setting({
    name: "TENANTRY_REGISTRATION",
    description: "Whether strangers may make an account: open or closed.",
    schema: oneOf("open", ["open", "closed"]),
    example: "open",
  }),
  requireIfMatch: setting({
    name: "TENANTRY_REQUIRE_IF_MATCH",
    description: "Whether writes must name the revision that they change (If-Match).",
    schema: flag(false),
    example: "false",
  }),
  rateLimitPerMinute: setting({
    name: "TENANTRY_RATE_LIMIT_PER_MINUTE",
    description:
      "Requests a minute of one credential, or of one address without any; 0 is no limit. Checks are not counted.",
    schema: wholeNumber(6000, 0, 10_000_000),
    example: "6000",
  }),
  authRateLimitPerMinute: setting({
    name: "TENANTRY_AUTH_RATE_LIMIT_PER_MINUTE",
    description: "Registrations, log-ins and refreshes a minute of one address; 0 is no limit.",
    schema: wholeNumber(300, 0, 10_000_000),
    example: "300",
  }),
  failedLoginLimit: setting({
    name: "TENANTRY_FAILED_LOGIN_LIMIT",
    description: "Wrong passwords for one account from one address in 15 minutes; 0 is no limit.",
    schema: wholeNumber(20, 0, 10_000_000),
    example: "20",
  }),
  trustProxy: setting({
    name: "TENANTRY_TRUST_PROXY",
    description:
      "IP addresses or networks of the proxies whose X-Forwarded-For is believed, between commas.",
    schema: list.pipe(z.array(proxyAddress)),
  }),
  corsOrigins: setting({
    name: "TENANTRY_CORS_ORIGINS",
    description: "Origins whose pages may call the API from a browser, between commas; * is all.",
    schema: list.pipe(z.array(originField)),
  }),
  logLevel: setting({
    name: "TENANTRY_LOG_LEVEL",
    description: "fatal, error, warn, info, debug, trace or silent. Requests are logged at info.",
    schema: oneOf("info", ["fatal", "error", "warn", "info", "debug", "trace", "silent"]),
    example: "info",
  }),
  shutdownSeconds: setting({
    name: "TENANTRY_SHUTDOWN_SECONDS",
    description: "How long running requests have to end when the server is told to stop.",
    schema: wholeNumber(10, 0, 600),
    example: "10",
  }),
  masterDbHost: setting({
    name: "MASTER_DB_HOST",
    description: "PostgreSQL in parts, instead of DATABASE_URL: its host.",
    schema: textOr("localhost"),
    example: "localhost",
  }),
  masterDbPort: setting({
    name: "MASTER_DB_PORT",
    description: "Its port.",
    schema: wholeNumber(5432, 1, 65_535),
    example: "5432",
  }),
  masterDbName: setting({
    name: "MASTER_DB_NAME",
    description: "Its database.",
    schema: textOr("master_org_db"),
    example: "master_org_db",
  }),
  masterDbUser: setting({
    name: "MASTER_DB_USER",
    description: "Its user.",
    schema: textOr("postgres"),
    example: "postgres",
  }),
  masterDbPassword: setting({
    name: "MASTER_DB_PASSWORD",
    description: "Its password.",
    schema: optionalText,
    isSecret: true,
  }),
} as const;

/** Settings that other systems have. They are recognized, to say which setting replaces them. */
export const foreignSettings: Readonly<Record<string, string>> = {
  SECRET_KEY:
    "has no effect: tokens are signed with a key pair that the server makes, and verified by /.well-known/jwks.json",
  ALGORITHM: "has no effect: tokens are signed with EdDSA and verified by /.well-known/jwks.json",
  SMTP_URL: "has no effect in this version",
};
