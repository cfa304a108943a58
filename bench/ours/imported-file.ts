import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { CheckQuestion } from "../dataset/questions.ts";
import type { Bench } from "../harness/bench.ts";
import { importFile } from "./run-filler.ts";

/** The number of questions, the same as in the other rows over HTTP. */
const questionCount = 256;

export type ImportedFile = { file: string; checks: CheckQuestion[] };

/** A Tenantry file with imported organizations, and questions about their members. */
export function openImportedFile(bench: Bench): Promise<ImportedFile> {
  return bench.share("imported file", async () => {
    const file = path.join(bench.directory, "imported.db");
    await importFile(file, bench.importFile);
    return { file, checks: pickChecks(file) };
  });
}

function pickChecks(file: string): CheckQuestion[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const members = database
    .prepare("SELECT organization_id, user_id FROM memberships ORDER BY organization_id, user_id")
    .all()
    .map((row) => ({ organizationId: String(row.organization_id), userId: String(row.user_id) }));
  database.close();
  const step = Math.max(1, Math.floor(members.length / questionCount));
  return members.filter((_, index) => index % step === 0).slice(0, questionCount);
}
