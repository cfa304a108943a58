import type { Awaitable } from "@tenantry/core";

/** Goes on with a value: at once where it is there, later where it is a promise. An embedded engine never makes one. */
export function andThen<A, B>(value: Awaitable<A>, next: (value: A) => Awaitable<B>): Awaitable<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Does something with each item, one after another. */
export function inOrder<T>(
  items: readonly T[],
  step: (item: T) => Awaitable<unknown>,
): Awaitable<void> {
  for (let index = 0; index < items.length; index += 1) {
    const done = step(items[index] as T);
    if (done instanceof Promise) {
      return done.then(() => inOrder(items.slice(index + 1), step));
    }
  }
}

/** Leaves the result out: for ports that answer nothing. */
export function settle(value: Awaitable<unknown>): Awaitable<void> {
  if (value instanceof Promise) return value.then(() => undefined);
}
