import { redactSettings } from "@tenantry/server/settings";
import { exitCodes } from "../exit-codes.ts";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { createOutput, formatFields } from "../terminal-output.ts";
import { checkDatabase } from "./check-database.ts";
import { checkDirectory, checkPort, checkVersions } from "./checks.ts";
import { type Finding, note } from "./finding.ts";

/** `tenantry doctor`: checks that everything is in order and changes nothing. Exits with 1 if something is wrong. */
export async function runDoctor(options: GlobalOptions): Promise<void> {
  const settings = settingsOf(options);
  const location = locationOf(settings);
  const findings: Finding[] = [
    ...checkVersions(),
    ...checkDirectory(location),
    ...(await checkDatabase(location, {
      databaseOwnerUrl: settings.databaseOwnerUrl,
      replicaUrls: settings.databaseReplicaUrls,
    })),
    await checkPort(settings.port, settings.host),
    ...settings.warnings.map((warning) => note("settings", warning)),
  ];
  const isWell = findings.every(({ state }) => state !== "fault");
  if (!isWell) process.exitCode = exitCodes.refused;
  const shown = redactSettings(settings);
  await createOutput(options.json === true).answer(
    { healthy: isWell, findings, settings: shown },
    () => `${findings.map(formatFinding).join("\n")}\n\n${formatFields(shown)}`,
  );
}

const marks = { well: "ok  ", note: "note", fault: "FAIL" } as const;

function formatFinding({ state, subject, says }: Finding): string {
  return `${marks[state]} ${subject}: ${says}`;
}
