import { restoreDatabase } from "tenantry";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { createOutput } from "../terminal-output.ts";

export interface RestoreCommandOptions extends GlobalOptions {
  readonly force?: boolean;
}

/** `tenantry restore FILE` */
export async function runRestore(file: string, options: RestoreCommandOptions): Promise<void> {
  const location = locationOf(settingsOf(options));
  const { keptAs } = restoreDatabase(location, file, { replace: options.force });
  await createOutput(options.json === true).answer({ restored: file, kept_as: keptAs }, () =>
    keptAs === null
      ? `Restored ${file}.`
      : `Restored ${file}. What was there before is in ${keptAs}; delete it when you are content.`,
  );
}
