/** The kinds of entries that are imported and counted. */
export const importedKinds = [
  "roles",
  "plans",
  "users",
  "organizations",
  "memberships",
  "teams",
  "team_memberships",
  "resources",
] as const;
export type ImportedKind = (typeof importedKinds)[number];

export type ImportOutcome = "created" | "updated" | "removed" | "unchanged";
export type ImportCounts = Readonly<Record<ImportOutcome, number>>;

/** An entry of an organization that existed before the import. */
export interface ImportedEntry {
  readonly kind: ImportedKind;
  /** The slug of its organization; null where it belongs to none. */
  readonly organization: string | null;
  /** A readable name: a login, a team's name, `team/login`. */
  readonly name: string;
}

export interface ImportChange extends ImportedEntry {
  readonly outcome: Exclude<ImportOutcome, "unchanged">;
}

/** What an import did or, in a dry run, would do. */
export interface ImportReport {
  readonly format: string;
  readonly dry_run: boolean;
  readonly changed: boolean;
  readonly counts: Readonly<Partial<Record<ImportedKind, ImportCounts>>>;
  /** Each change in organizations that existed before. New organizations are listed, and their contents only counted. */
  readonly changes: readonly ImportChange[];
  /** Entries of the imported organizations that are not in the file. They stay unless the import prunes. */
  readonly not_in_file: readonly ImportedEntry[];
}

export interface ImportRecorder {
  /** Counts an entry, and lists it by name if it changed in an organization that existed before. */
  record(outcome: ImportOutcome, entry: ImportedEntry, isInNewOrganization: boolean): void;
  notInFile(entry: ImportedEntry): void;
  report(format: string, isDryRun: boolean): ImportReport;
}

/** @param onProgress Called with how many of the file's entries are done, and the total. */
export function createImportRecorder(
  total: number,
  onProgress: (done: number, total: number) => void,
): ImportRecorder {
  const counts: Partial<Record<ImportedKind, Record<ImportOutcome, number>>> = {};
  const changes: ImportChange[] = [];
  const missing: ImportedEntry[] = [];
  let done = 0;
  return {
    record(outcome, entry, isInNewOrganization) {
      counts[entry.kind] ??= { created: 0, updated: 0, removed: 0, unchanged: 0 };
      const count = counts[entry.kind];
      if (count !== undefined) count[outcome] += 1;
      if (outcome !== "unchanged" && !isInNewOrganization) changes.push({ outcome, ...entry });
      if (outcome === "removed") return;
      done += 1;
      onProgress(done, total);
    },
    notInFile: (entry) => missing.push(entry),
    report: (format, isDryRun) => ({
      format,
      dry_run: isDryRun,
      changed: Object.values(counts).some(
        (count) => count.created + count.updated + count.removed > 0,
      ),
      counts,
      changes,
      not_in_file: missing,
    }),
  };
}
