/** A body of a transaction awaits something other than its ports, which whoever shares its commit would wait for: a fault of the program's. */
export function foreignAwait(): Error {
  return new Error(
    "The body of a transaction awaits something other than its ports, and holds up whoever shares its commit; do that before the transaction (ADR 0005)",
  );
}
