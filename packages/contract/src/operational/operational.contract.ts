import { z } from "zod";
import { defineOperations } from "../operation.ts";

const healthSchema = z.strictObject({ status: z.literal("healthy"), version: z.string() });
const stateSchema = z.strictObject({ status: z.literal("ok") });

export const operationalOperations = defineOperations({
  getHealth: {
    method: "GET",
    path: "/health",
    tag: "Operational",
    summary: "Get the server's health and version",
    permission: "anonymous",
    effect: "read",
    status: 200,
    answer: healthSchema,
    errors: [],
  },
  getLiveness: {
    method: "GET",
    path: "/livez",
    tag: "Operational",
    summary: "Check that the process is alive",
    permission: "anonymous",
    effect: "read",
    status: 200,
    answer: stateSchema,
    errors: [],
  },
  getReadiness: {
    method: "GET",
    path: "/readyz",
    tag: "Operational",
    summary: "Check that the server can take requests",
    description:
      "Answers 503 while the storage cannot be read, and from the moment the server begins to stop.",
    permission: "anonymous",
    effect: "read",
    status: 200,
    answer: stateSchema,
    errors: ["shutting_down"],
  },
  getMetrics: {
    method: "GET",
    path: "/metrics",
    tag: "Operational",
    summary: "Get the metrics in the Prometheus text format",
    permission: "anonymous",
    effect: "read",
    status: 200,
    answer: z.string(),
    mediaType: "text/plain",
    errors: [],
  },
  getOpenApi: {
    method: "GET",
    path: "/openapi.json",
    tag: "Operational",
    summary: "Get this document",
    permission: "anonymous",
    effect: "read",
    status: 200,
    answer: z.record(z.string(), z.unknown()),
    errors: [],
  },
});
