/** A value, or a promise of it: an embedded engine answers at once, a remote one does not. `await` takes both. */
export type Awaitable<T> = T | Promise<T>;
