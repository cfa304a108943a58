import { restoreDatabase } from "tenantry";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { createOutput } from "../terminal-output.ts";

export interface RestoreCommandOptions extends GlobalOptions {
  readonly force?: boolean;
}

/** `tenantry restore PLACE` */
export async function runRestore(place: string, options: RestoreCommandOptions): Promise<void> {
  const settings = settingsOf(options);
  const { keptAs, tenantsKeptAs } = await restoreDatabase(locationOf(settings), place, {
    dataDirectory: settings.dataDirectory,
    replace: options.force,
  });
  const kept = [keptAs, tenantsKeptAs].filter((path) => path !== null);
  const answer = { restored: place, kept_as: keptAs, tenants_kept_as: tenantsKeptAs };
  await createOutput(options.json === true).answer(answer, () =>
    kept.length === 0
      ? `Restored ${place}.`
      : `Restored ${place}. What was there before is in ${kept.join(" and ")}; delete it when you no longer need it.`,
  );
}
