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
    error: "contains a user, a query or a fragment; give only the address",
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
  error: "is neither an IP address such as 10.0.0.1 nor a network such as 10.0.0.0/8",
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
  .regex(/^[\x21-\x7e]+$/, "contains a space or a character outside ASCII")
  .min(16, "is shorter than 16 characters")
  .optional();

/** All settings. A setting that is absent has its default; no other environment variables are read. */
export const settingsTable = {
  port: setting({
    name: "PORT",
    description: "The port to listen on. 0 picks a free port.",
    schema: wholeNumber(8000, 0, 65_535),
    example: "8000",
  }),
  host: setting({
    name: "HOST",
    description:
      "The address to listen on. Inside a container use 0.0.0.0, so that it can be reached from outside.",
    schema: textOr("localhost"),
    example: "localhost",
  }),
  publicUrl: setting({
    name: "PUBLIC_URL",
    description: "The address at which clients reach this server. It is used in tokens and links.",
    schema: webAddress,
    example: "http://localhost:8000",
  }),
  databaseUrl: setting({
    name: "DATABASE_URL",
    description:
      "Where data is stored: sqlite:PATH, json:DIRECTORY or postgres://…. Default: SQLite in the data directory.",
    schema: optionalText,
    isSecret: true,
  }),
  databaseOwnerUrl: setting({
    name: "DATABASE_OWNER_URL",
    description:
      "PostgreSQL: the same database as DATABASE_URL, with the user who owns and migrates the tables. DATABASE_URL then names a user who owns nothing. Without this setting that user is created.",
    schema: postgresAddress,
    isSecret: true,
  }),
  databaseReplicaUrls: setting({
    name: "DATABASE_REPLICA_URLS",
    description:
      "Standbys of the PostgreSQL at DATABASE_URL, separated by commas. Lists, statistics and exports may be read from them.",
    schema: list.pipe(z.array(z.string().regex(/^postgres(ql)?:\/\/./, "is not postgres://…"))),
    isSecret: true,
  }),
  replicaMaximumLagSeconds: setting({
    name: "TENANTRY_REPLICA_MAX_LAG_SECONDS",
    description:
      "How many seconds a standby may lag behind the primary. One that lags more is not read until it has caught up.",
    schema: wholeNumber(10, 1, 3600),
    example: "10",
  }),
  redisUrl: setting({
    name: "REDIS_URL",
    description:
      "redis://… or rediss://…. Several servers share rate limits there and, on PostgreSQL, the permissions of members.",
    schema: z
      .string()
      .regex(/^rediss?:\/\/./, "is not redis://HOST:PORT or rediss://HOST:PORT")
      .optional(),
    isSecret: true,
  }),
  dataDirectory: setting({
    name: "TENANTRY_DATA_DIR",
    description: "The directory for files that no other setting places.",
    schema: textOr("./data"),
    example: "./data",
  }),
  tenantServers: setting({
    name: "TENANTRY_TENANT_SERVERS",
    description:
      "PostgreSQL: further servers for tenants with their own database, as NAME=postgres://…, separated by commas. The user in each address must be allowed to create databases.",
    schema: tenantServers,
    isSecret: true,
  }),
  connectionBudget: setting({
    name: "TENANTRY_CONNECTION_BUDGET",
    description:
      "The greatest number of database connections of this process, to the main database and to tenants' own databases together.",
    schema: wholeNumber(50, 10, 10_000),
    example: "50",
  }),
  idleDatabaseSeconds: setting({
    name: "TENANTRY_IDLE_DATABASE_SECONDS",
    description:
      "After how many seconds without use the connections to a tenant's own database are closed.",
    schema: wholeNumber(60, 1, 86_400),
    example: "60",
  }),
  operatorKey: setting({
    name: "TENANTRY_OPERATOR_KEY",
    description:
      "The operator's key. Without it a key is created at the first start and shown once.",
    schema: secretText,
    isSecret: true,
  }),
  accessTokenMinutes: setting({
    name: "ACCESS_TOKEN_EXPIRE_MINUTES",
    description: "For how many minutes an access token is valid.",
    schema: wholeNumber(30, 1, 1440),
    example: "30",
  }),
  refreshTokenDays: setting({
    name: "TENANTRY_REFRESH_TOKEN_DAYS",
    description: "For how many days a user stays signed in.",
    schema: wholeNumber(30, 1, 3650),
    example: "30",
  }),
  registration: setting({
    name: "TENANTRY_REGISTRATION",
    description:
      "Whether everybody may create an account (open) or only administrators may (closed).",
    schema: oneOf("open", ["open", "closed"]),
    example: "open",
  }),
  requireIfMatch: setting({
    name: "TENANTRY_REQUIRE_IF_MATCH",
    description:
      "Whether every change of a record must send If-Match, which names the revision that it changes.",
    schema: flag(false),
    example: "false",
  }),
  rateLimitPerMinute: setting({
    name: "TENANTRY_RATE_LIMIT_PER_MINUTE",
    description:
      "Requests per minute for each credential, or for each IP address where there is none. 0 means no limit. Checks are not counted.",
    schema: wholeNumber(6000, 0, 10_000_000),
    example: "6000",
  }),
  authRateLimitPerMinute: setting({
    name: "TENANTRY_AUTH_RATE_LIMIT_PER_MINUTE",
    description:
      "Registrations, log-ins and refreshes per minute for each IP address. 0 means no limit.",
    schema: wholeNumber(300, 0, 10_000_000),
    example: "300",
  }),
  failedLoginLimit: setting({
    name: "TENANTRY_FAILED_LOGIN_LIMIT",
    description:
      "Wrong passwords for one account from one IP address within 15 minutes. 0 means no limit.",
    schema: wholeNumber(20, 0, 10_000_000),
    example: "20",
  }),
  trustProxy: setting({
    name: "TENANTRY_TRUST_PROXY",
    description:
      "IP addresses or networks of the proxies whose X-Forwarded-For is trusted, separated by commas.",
    schema: list.pipe(z.array(proxyAddress)),
  }),
  corsOrigins: setting({
    name: "TENANTRY_CORS_ORIGINS",
    description:
      "Origins whose pages may call the API from a browser, separated by commas. * means all.",
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
    description:
      "How many seconds running requests have to finish when the server is told to stop.",
    schema: wholeNumber(10, 0, 600),
    example: "10",
  }),
  masterDbHost: setting({
    name: "MASTER_DB_HOST",
    description: "Instead of DATABASE_URL, PostgreSQL can be given in parts. This is its host.",
    schema: textOr("localhost"),
    example: "localhost",
  }),
  masterDbPort: setting({
    name: "MASTER_DB_PORT",
    description: "The port of that PostgreSQL.",
    schema: wholeNumber(5432, 1, 65_535),
    example: "5432",
  }),
  masterDbName: setting({
    name: "MASTER_DB_NAME",
    description: "The database on it.",
    schema: textOr("master_org_db"),
    example: "master_org_db",
  }),
  masterDbUser: setting({
    name: "MASTER_DB_USER",
    description: "The user to connect as.",
    schema: textOr("postgres"),
    example: "postgres",
  }),
  masterDbPassword: setting({
    name: "MASTER_DB_PASSWORD",
    description: "The password of that user.",
    schema: optionalText,
    isSecret: true,
  }),
} as const;

/** Settings of other systems. They are recognized so that a warning can say that they have no effect, and why. */
export const foreignSettings: Readonly<Record<string, string>> = {
  SECRET_KEY:
    "has no effect: the server creates the key pair that signs tokens; verify them with /.well-known/jwks.json",
  ALGORITHM: "has no effect: tokens are signed with EdDSA; verify them with /.well-known/jwks.json",
  SMTP_URL: "has no effect in this version",
};
