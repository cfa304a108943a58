import { executionAsyncResource } from "node:async_hooks";

let isAsked = false;
const kept: object[] = [];
/** The objects that are kept alive. */
export const keptTickObjects: readonly object[] = kept;

/**
 * Keeps two of the objects alive that `process.nextTick` creates on each call, without and with an argument.
 *
 * V8 forgets the shape of such an object when it collects garbage while none is alive, which may happen at any start.
 * Code that was optimized before then goes through V8's runtime for each of them, for as long as the process lives;
 * and a request creates several. While one is alive, the shape stays known. With Node 24 profiles show this as
 * `Runtime_DefineKeyedOwnPropertyInLiteral` below `nextTick`. The gain varies from start to start, so `http-check` of
 * the bench shows it only over several runs.
 *
 * The objects are taken from inside a running tick. An async hook could provide them as well, but once a hook has
 * been enabled, V8 takes the slow path for every promise of the process (its protector "PromiseHook"), which costs
 * more than is gained here.
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
