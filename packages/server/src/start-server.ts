import type { AddressInfo } from "node:net";
import { connectRedis, type RedisConnection } from "@tenantry/cache-redis";
import { ensureOperatorKey, sweepExpired } from "@tenantry/core";
import type { FastifyInstance } from "fastify";
import { type Logger, pino } from "pino";
import { openTenantry, type Tenantry } from "tenantry";
import manifest from "../package.json" with { type: "json" };
import { createAccessTokens } from "./auth/access-tokens.ts";
import { createCredentials } from "./auth/credentials.ts";
import { buildApp } from "./build-app.ts";
import { keepTickObjects } from "./http/keep-tick-objects.ts";
import { createRateLimits } from "./http/rate-limits.ts";
import { createMetrics } from "./operational/metrics.ts";
import type { ServerParts } from "./server-parts.ts";
import { replicasOf, type Settings } from "./settings.ts";

export interface RunningServer {
  /** The address it listens on, as a URL. */
  readonly address: string;
  /** The operator key, if it was created at this start. It is not stored, so it must be shown now. */
  readonly newOperatorKey: string | undefined;
  /** The engine and default tenant that it serves. */
  readonly tenantry: Tenantry;
  /** Accepts no new connections, waits for running requests, and closes the storage. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** Where the log goes; by default to standard output. */
  readonly log?: Logger;
  /**
   * Writes the log to this file descriptor instead of standard output. With 2, standard output stays free for the
   * caller.
   */
  readonly logDescriptor?: number;
  /** Milliseconds since 1970; the system clock unless a test sets another. */
  readonly clock?: () => number;
}

/**
 * Opens the storage and starts answering requests.
 *
 * @throws {DomainError} those of `openTenantry`; a system error where the address cannot be listened on.
 */
export async function startServer(
  settings: Settings,
  options: StartOptions = {},
): Promise<RunningServer> {
  keepTickObjects();
  const log = options.log ?? createLog(settings.logLevel, options.logDescriptor ?? 1);
  for (const warning of settings.warnings) log.warn(warning);
  const tenantry = await openTenantry({
    databaseUrl: settings.databaseUrl,
    databaseOwnerUrl: settings.databaseOwnerUrl,
    onWarning: (message) => log.warn(message),
    dataDirectory: settings.dataDirectory,
    tenantServers: settings.tenantServers,
    ...replicasOf(settings),
    connectionBudget: settings.connectionBudget,
    idleDatabaseMs: settings.idleDatabaseSeconds * 1000,
    redisUrl: settings.redisUrl,
    program: "tenantry serve",
    clock: options.clock,
    settings: {
      registration: settings.registration,
      requireIfMatch: settings.requireIfMatch,
      refreshTokenTtlSeconds: settings.refreshTokenDays * 24 * 60 * 60,
    },
  });
  const { redisUrl } = settings;
  let redis: RedisConnection | undefined;
  try {
    redis = redisUrl === undefined ? undefined : await connectRedis(redisUrl);
    return await listen(settings, tenantry, log, redis);
  } catch (error) {
    redis?.disconnect();
    await tenantry.close();
    throw error;
  }
}

/** How often expired rows are removed. Only disk space depends on it. */
const sweepEveryMs = 10 * 60 * 1000;

function createLog(level: string, descriptor: number): Logger {
  return pino({ level }, pino.destination(descriptor));
}

async function listen(
  settings: Settings,
  tenantry: Tenantry,
  log: Logger,
  redis: RedisConnection | undefined,
): Promise<RunningServer> {
  let isStopping = false;
  const newOperatorKey =
    settings.operatorKey === undefined ? await ensureOperatorKey(tenantry.engine) : undefined;
  const parts = createParts(settings, tenantry, log, redis, () => isStopping);
  // Created now instead of at the first log-in, so that a storage that cannot be written is noticed at the start.
  await parts.tokens.publicKeys();
  const app = await buildApp(parts);
  await app.listen({ port: settings.port, host: settings.host });
  const address = addressOf(app, settings.host);
  log.info({ address, version: manifest.version }, "listening");

  const sweeping = setInterval(() => {
    sweepExpired(tenantry.engine).then(
      ({ unreachable }) => {
        for (const { tenant_id, error } of unreachable) {
          log.warn({ err: error, tenant_id }, "sweep left a tenant out");
        }
      },
      (error) => log.warn({ err: error }, "sweep failed"),
    );
  }, sweepEveryMs).unref();

  let closing: Promise<void> | undefined;
  async function stop(): Promise<void> {
    isStopping = true;
    clearInterval(sweeping);
    log.info("stopping");
    const cut = setTimeout(() => app.server.closeAllConnections(), settings.shutdownSeconds * 1000);
    await app.close();
    clearTimeout(cut);
    await parts.metrics.close();
    redis?.disconnect();
    await tenantry.close();
    log.info("stopped");
  }
  return {
    address,
    newOperatorKey,
    tenantry,
    close: () => {
      closing ??= stop();
      return closing;
    },
  };
}

function createParts(
  settings: Settings,
  { engine, defaultTenant }: Tenantry,
  log: Logger,
  redis: RedisConnection | undefined,
  isStopping: () => boolean,
): ServerParts {
  const issuer = settings.publicUrl ?? `http://localhost:${settings.port}`;
  const ttlSeconds = settings.accessTokenMinutes * 60;
  const tokens = createAccessTokens({ engine, issuer, ttlSeconds });
  return {
    engine,
    defaultTenant,
    settings,
    version: manifest.version,
    log,
    tokens,
    credentials: createCredentials({
      engine,
      tokens,
      defaultTenantId: defaultTenant.id,
      operatorKey: settings.operatorKey,
    }),
    limits: createRateLimits(settings, redis),
    metrics: createMetrics(engine),
    isStopping,
  };
}

function addressOf(app: FastifyInstance, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const name = isEverywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
