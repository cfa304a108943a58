import type { Awaitable } from "@tenantry/core";

/**
 * Continues with a value: synchronously if it is there, later if it is a promise. An embedded engine never creates a
 * promise.
 */
export function andThen<A, B>(value: Awaitable<A>, next: (value: A) => Awaitable<B>): Awaitable<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Processes items one after another. */
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

/** Drops the result, for port methods that return nothing. */
export function settle(value: Awaitable<unknown>): Awaitable<void> {
  if (value instanceof Promise) return value.then(() => undefined);
}
