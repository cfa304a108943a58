import { backupDatabase } from "tenantry";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { createProgressBar } from "../progress-bar.ts";
import { removeOnInterrupt } from "../remove-on-interrupt.ts";
import { createOutput, formatNumber } from "../terminal-output.ts";

export interface BackupCommandOptions extends GlobalOptions {
  readonly force?: boolean;
}

/** `tenantry backup PLACE` */
export async function runBackup(place: string, options: BackupCommandOptions): Promise<void> {
  const settings = settingsOf(options);
  const { dataDirectory } = settings;
  const bar = createProgressBar("pages");
  try {
    const { bytes } = await removeOnInterrupt(`${place}.part`, () =>
      backupDatabase(locationOf(settings), place, {
        dataDirectory,
        replace: options.force,
        onProgress: bar.show,
      }),
    );
    bar.end();
    await createOutput(options.json === true).answer(
      { file: place, bytes },
      () =>
        `${place} holds everything as it was a moment ago (${formatNumber(bytes)} bytes). Keep it safe: it has password hashes and keys in it.`,
    );
  } finally {
    bar.end();
  }
}
