import { setImmediate } from "node:timers";
import { type Awaitable, foreignAwait, type Ports } from "@tenantry/core";
import type { RevocablePorts } from "@tenantry/storage-sql";

/** Runs the bodies of transactions, one after another. */
export interface BodyRunner {
  /** Those that the next body is given. */
  readonly ports: Ports;
  /** @throws what the body throws; where it awaits something beside its ports, that, and from then on the ports that it has throw. */
  run(body: (ports: Ports) => Awaitable<unknown>): Awaitable<unknown>;
}

interface Running {
  refuse(error: unknown): void;
}

/**
 * Ports answer at once. So a body that awaits nothing else has ended before the event loop goes on, and so have those that come after it in a
 * batch: one look when it does goes on sees whoever has not, and costs a batch one callback.
 */
export function createBodyRunner(openPorts: () => RevocablePorts): BodyRunner {
  let held = openPorts();
  let running: Running | undefined;
  let isLooking = false;

  function look(): void {
    isLooking = false;
    if (running === undefined) return;
    // Others are given the same ports after it, and it may yet come back to them.
    held.revoke();
    held = openPorts();
    running.refuse(foreignAwait());
    running = undefined;
  }

  function watch(result: Promise<unknown>): Promise<unknown> {
    if (!isLooking) setImmediate(look);
    isLooking = true;
    return new Promise((resolve, reject) => {
      const own: Running = { refuse: reject };
      running = own;
      const end = () => {
        if (running === own) running = undefined;
      };
      result.then(
        (value) => {
          end();
          resolve(value);
        },
        (error) => {
          end();
          reject(error);
        },
      );
    });
  }

  return {
    get ports() {
      return held.ports;
    },
    run(body) {
      const result = body(held.ports);
      return result instanceof Promise ? watch(result) : result;
    },
  };
}
