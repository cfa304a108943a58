import type { Awaitable } from "@tenantry/core";

/** Continues with a value: synchronously if it is there, so that an embedded engine's answers stay values. */
export function andThen<A, B>(value: Awaitable<A>, next: (value: A) => Awaitable<B>): Awaitable<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}
