import { existsSync } from "node:fs";
import { type DatabaseLocation, inspectDatabase } from "tenantry";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { withTenantry } from "../with-tenantry.ts";

/** `tenantry migrate`: brings the database to the newest schema, as every start does, and says what it did. */
export async function runMigrate(options: GlobalOptions): Promise<void> {
  const location = locationOf(settingsOf(options));
  const before = appliedIn(location);
  await withTenantry(options, "migrate", async ({ output }) => {
    const applied = appliedIn(location);
    const now = applied.filter((name) => !before.includes(name));
    await output.answer({ applied, applied_now: now }, () =>
      now.length === 0
        ? "The schema is the newest already."
        : `Brought the database to the newest schema: ${now.join(", ")}.`,
    );
  });
}

function appliedIn(location: DatabaseLocation): readonly string[] {
  if (location.kind !== "sqlite" || !existsSync(location.path)) return [];
  return inspectDatabase(location).migrations_applied;
}
