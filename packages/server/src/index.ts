export { audienceOf } from "./auth/access-tokens.ts";
export { readSettings, redactSettings, renderEnvExample, type Settings } from "./settings.ts";
export { type RunningServer, type StartOptions, startServer } from "./start-server.ts";
