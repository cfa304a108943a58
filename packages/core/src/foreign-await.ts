/**
 * The error for a transaction body that awaits something other than its ports. Everybody who shares its commit would
 * wait for that too. It is a bug in the calling code.
 */
export function foreignAwait(): Error {
  return new Error(
    "The body of a transaction awaits something other than its ports, and holds up whoever shares its commit; do that before the transaction (ADR 0005)",
  );
}
