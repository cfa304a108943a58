import { fastify } from "fastify";
import { expect, it } from "vitest";
import { requirePermissions } from "./build-app.ts";

it("does not start with a route that names no permission", () => {
  const app = fastify();
  requirePermissions(app);
  expect(() => app.get("/forgotten", () => "x")).toThrow("GET /forgotten names no permission");
  app.get("/open", { config: { permission: "anonymous" } }, () => "x");
});
