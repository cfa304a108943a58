import type { Engine, Tenant } from "@tenantry/core";
import type { Logger } from "pino";
import type { AccessTokens } from "./auth/access-tokens.ts";
import type { Credentials } from "./auth/credentials.ts";
import type { RateLimits } from "./http/rate-limits.ts";
import type { Metrics } from "./operational/metrics.ts";
import type { Settings } from "./settings.ts";

/** The objects that live as long as a running server and that all requests share. */
export interface ServerParts {
  readonly engine: Engine;
  readonly defaultTenant: Tenant;
  readonly settings: Settings;
  readonly version: string;
  readonly log: Logger;
  readonly tokens: AccessTokens;
  readonly credentials: Credentials;
  readonly limits: RateLimits;
  readonly metrics: Metrics;
  /** Whether the server is shutting down. */
  readonly isStopping: () => boolean;
}
