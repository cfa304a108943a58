import { executionAsyncResource } from "node:async_hooks";

let isAsked = false;
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
 *
 * They are taken from within, as what runs at the moment. A hook would hand them out as well, but once a hook has been on, V8 takes the long way for
 * every promise of the process (its protector "PromiseHook"), and that costs more than is gained here.
 */
export function keepTickObjects(): void {
  if (isAsked) return;
  isAsked = true;
  const keep = (): void => {
    kept.push(executionAsyncResource());
  };
  process.nextTick(keep);
  process.nextTick(keep as (argument: number) => void, 0);
}
