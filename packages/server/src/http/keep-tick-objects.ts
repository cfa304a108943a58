import { createHook } from "node:async_hooks";

const kept: object[] = [];
/** What is kept. */
export const keptTickObjects: readonly object[] = kept;

/**
 * Keeps two of the objects alive that `process.nextTick` makes with each call, without and with an argument.
 *
 * V8 forgets what such an object looks like when it collects garbage while none is alive, as it may at any start. Code that was made ready
 * before that then goes through V8's runtime for each of them, for as long as the process lives, and a request makes several. While one is
 * alive the shape is known. Seen with Node 24 in profiles as `Runtime_DefineKeyedOwnPropertyInLiteral` below `nextTick`; what it gains strays from
 * start to start, so `http-check` of the bench shows it only over several runs.
 */
export function keepTickObjects(): void {
  if (kept.length > 0) return;
  const hook = createHook({
    init(_id, type, _trigger, resource) {
      if (type === "TickObject") kept.push(resource);
    },
  }).enable();
  process.nextTick(() => {});
  process.nextTick((_argument: number) => {}, 0);
  hook.disable();
}
