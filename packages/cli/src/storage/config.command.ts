import { redactSettings } from "@tenantry/server/settings";
import { type GlobalOptions, settingsOf } from "../global-options.ts";
import { createOutput, formatFields } from "../terminal-output.ts";

/** `tenantry config`: shows the settings in effect; of secrets only the names. */
export async function runConfig(options: GlobalOptions): Promise<void> {
  const settings = settingsOf(options);
  const output = createOutput(options.json === true);
  const shown = redactSettings(settings);
  await output.answer({ settings: shown, warnings: settings.warnings }, () => formatFields(shown));
  if (!output.isJson)
    for (const warning of settings.warnings) output.remark(`tenantry: ${warning}`);
}
