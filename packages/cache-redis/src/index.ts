export { connectRedis, type RedisConnection } from "./connection.ts";
export { createRedisAccess, type RedisAccessOptions } from "./redis-access.ts";
