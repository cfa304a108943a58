import type { Ports, ReplicatedPorts, Storage } from "@tenantry/core";
import type { Replica } from "./replica.ts";

const replicatedNames = [
  "events",
  "members",
  "organizations",
  "plans",
  "resources",
  "roles",
  "teams",
  "users",
] as const satisfies readonly (keyof ReplicatedPorts)[];

/** A replica with its ports. */
export interface Reader {
  readonly replica: Replica;
  readonly ports: Ports;
  readonly snapshot: Storage["snapshot"];
}

export type Choose = (tenantId: string | null) => Reader | undefined;
type Method = (tenantId: string, ...rest: unknown[]) => unknown;

/**
 * Ports whose calls go to a suitable replica, if there is one. A failed call is repeated on the primary, which
 * decides what is an error.
 */
export function routePorts(primary: Ports, choose: Choose): ReplicatedPorts {
  const routed = replicatedNames.map((name) => {
    const methods = Object.entries(primary[name]).map(([method, onPrimary]: [string, Method]) => {
      const route: Method = async (tenantId, ...rest) => {
        const reader = choose(tenantId);
        if (reader === undefined) return await onPrimary(tenantId, ...rest);
        const { replica, ports } = reader;
        const onReplica = (ports[name] as unknown as Record<string, Method>)[method] as Method;
        try {
          return await replica.read(async () => onReplica(tenantId, ...rest));
        } catch {
          void replica.look();
          return await onPrimary(tenantId, ...rest);
        }
      };
      return [method, route];
    });
    return [name, Object.fromEntries(methods)];
  });
  return Object.fromEntries(routed) as ReplicatedPorts;
}

/** Snapshots on a replica that can keep them to their end. If one cannot be started there, it is taken on the primary. */
export function routeSnapshot(primary: Storage["snapshot"], choose: Choose): Storage["snapshot"] {
  return async (tenantId, body) => {
    const reader = choose(tenantId);
    if (reader === undefined) return await primary(tenantId, body);
    let hasBegun = false;
    try {
      return await reader.snapshot(tenantId, (ports) => {
        hasBegun = true;
        return body(ports);
      });
    } catch (error) {
      if (hasBegun) throw error;
      void reader.replica.look();
      return await primary(tenantId, body);
    }
  };
}
