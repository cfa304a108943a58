import { foreignAwait, type Ports } from "@tenantry/core";
import { createPorts } from "./ports.ts";
import type { Session } from "./session.ts";

/** The ports of transactions, which can be taken away from a body that goes on after it was refused. */
export interface RevocablePorts {
  readonly ports: Ports;
  /** From then on each of them throws. */
  revoke(): void;
}

/** @param portsOf Makes the ports over a session. */
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
