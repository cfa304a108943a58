import { backupDatabase } from "tenantry";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { createProgressBar } from "../progress-bar.ts";
import { removeOnInterrupt } from "../remove-on-interrupt.ts";
import { createOutput, formatNumber } from "../terminal-output.ts";

export interface BackupCommandOptions extends GlobalOptions {
  readonly force?: boolean;
}

/** `tenantry backup FILE` */
export async function runBackup(file: string, options: BackupCommandOptions): Promise<void> {
  const location = locationOf(settingsOf(options));
  const bar = createProgressBar("pages");
  try {
    const { bytes } = await removeOnInterrupt(`${file}.part`, () =>
      backupDatabase(location, file, { replace: options.force, onProgress: bar.show }),
    );
    bar.end();
    await createOutput(options.json === true).answer(
      { file, bytes },
      () =>
        `${file} holds everything as it was a moment ago (${formatNumber(bytes)} bytes). Keep it safe: it has password hashes and keys in it.`,
    );
  } finally {
    bar.end();
  }
}
