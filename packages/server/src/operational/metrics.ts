import { monitorEventLoopDelay } from "node:perf_hooks";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { Engine } from "@tenantry/core";

/** The server's metrics. No label names a tenant, an organization or a person. */
export interface Metrics {
  recordRequest(method: string, operation: string, status: number, durationMs: number): void;
  /** A plain number: `check` is called so often that a metrics instrument would cost more than the answer. */
  checks: number;
  /** All metrics in Prometheus text format. */
  render(): Promise<string>;
  close(): Promise<void>;
}

/** Histogram bounds for durations in seconds: those of OpenTelemetry's semantic conventions, and finer ones below. */
const durationBounds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Creates the metrics of one server. `PrometheusExporter` opens no port of its own here; `/metrics` reads it. */
export function createMetrics(engine: Engine): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  // The last two arguments leave out the SDK's own target and scope, which are of no use here.
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  const provider = new MeterProvider({ readers: [exporter] });
  const meter = provider.getMeter("tenantry");
  const loopDelay = monitorEventLoopDelay({ resolution: 10 });
  loopDelay.enable();

  const durations = meter.createHistogram("http.server.request.duration_seconds", {
    description: "How long requests took",
    advice: { explicitBucketBoundaries: durationBounds },
  });
  const metrics: Metrics = {
    checks: 0,
    recordRequest(method, operation, status, durationMs) {
      durations.record(durationMs / 1000, {
        "http.request.method": method,
        "tenantry.operation": operation,
        "http.response.status_code": status,
      });
    },
    async render() {
      const { resourceMetrics } = await exporter.collect();
      return serializer.serialize(resourceMetrics);
    },
    async close() {
      loopDelay.disable();
      await provider.shutdown();
    },
  };
  observe(meter, engine, metrics, loopDelay);
  return metrics;
}

function observe(
  meter: ReturnType<MeterProvider["getMeter"]>,
  engine: Engine,
  metrics: Metrics,
  loopDelay: ReturnType<typeof monitorEventLoopDelay>,
): void {
  meter
    .createObservableCounter("tenantry.checks", { description: "Questions answered by check" })
    .addCallback((result) => result.observe(metrics.checks));
  meter
    .createObservableGauge("tenantry.permission_cache.entries", {
      description: "Users' access kept in memory",
    })
    .addCallback((result) => result.observe(engine.permissions.size()));
  meter
    .createObservableGauge("nodejs.eventloop.delay.p99_seconds", {
      description: "How late the event loop ran, at the 99th percentile since the last look",
    })
    .addCallback((result) => {
      result.observe(loopDelay.percentile(99) / 1e9);
      loopDelay.reset();
    });
  meter
    .createObservableGauge("process.resident_memory_bytes", {
      description: "Memory that the process holds",
    })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
}
