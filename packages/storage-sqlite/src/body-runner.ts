import { setImmediate } from "node:timers";
import { type Awaitable, foreignAwait, type Ports } from "@tenantry/core";
import type { RevocablePorts } from "@tenantry/storage-sql";

/** Runs transaction bodies one after another. */
export interface BodyRunner {
  /** The ports that the next body gets. */
  readonly ports: Ports;
  /**
   * Runs a body.
   *
   * @throws what the body throws. A body that awaits something other than its ports is refused, and its ports throw
   * from then on.
   */
  run(body: (ports: Ports) => Awaitable<unknown>): Awaitable<unknown>;
}

interface Running {
  refuse(error: unknown): void;
}

/**
 * Creates a runner that detects bodies which await something other than their ports. Ports answer synchronously, so
 * any other body has ended before the event loop continues, and so have those after it in the batch. One check per
 * batch, when the event loop continues, therefore finds any body still running.
 */
export function createBodyRunner(openPorts: () => RevocablePorts): BodyRunner {
  let held = openPorts();
  let running: Running | undefined;
  let isLooking = false;

  function look(): void {
    isLooking = false;
    if (running === undefined) return;
    // The refused body may continue later, while other bodies use the ports; so those it holds are disabled.
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
