import { foreignAwait, type Ports } from "@tenantry/core";
import { createPorts } from "./ports.ts";
import type { Session } from "./session.ts";

/** Ports of a transaction that can be disabled, for a body that continues after it was refused. */
export interface RevocablePorts {
  readonly ports: Ports;
  /** Makes every later call of these ports throw. */
  revoke(): void;
}

/** @param portsOf Creates the ports over a session. */
export function createRevocablePorts(
  session: Session,
  portsOf: (session: Session) => Ports = createPorts,
): RevocablePorts {
  const held = { ...session };
  const refuse = () => {
    throw foreignAwait();
  };
  return {
    ports: portsOf(held),
    revoke() {
      Object.assign(held, {
        get: refuse,
        all: refuse,
        run: refuse,
        write: refuse,
        changed: refuse,
      } satisfies Partial<Session>);
    },
  };
}
