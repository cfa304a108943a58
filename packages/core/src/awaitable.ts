/** A value or a promise of it: an embedded database answers synchronously, a remote one does not. */
export type Awaitable<T> = T | Promise<T>;
