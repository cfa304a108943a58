import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toDirectoryError } from "./directory-error.ts";

/** The paths of all files. The first two belong to the Python module, the rest is in the subdirectory `tenantry`. */
export interface DirectoryLayout {
  readonly directory: string;
  readonly organizations: string;
  readonly orgUsers: string;
  readonly own: string;
  /** The directory with one file per table. */
  readonly tables: string;
  /** The directory for tables that hold secrets; excluded from version control. */
  readonly secrets: string;
  readonly events: string;
  readonly journal: string;
  readonly lock: string;
  /** A lock file that every program with the directory open shares. */
  readonly openMark: string;
  readonly format: string;
}

export function layoutOf(directory: string): DirectoryLayout {
  const own = join(directory, "tenantry");
  return {
    directory,
    organizations: join(directory, "organizations.json"),
    orgUsers: join(directory, "org_users.json"),
    own,
    tables: join(own, "tables"),
    secrets: join(own, "secrets"),
    events: join(own, "events.jsonl"),
    journal: join(own, "journal.jsonl"),
    lock: join(own, "lock.db"),
    openMark: join(own, "lock.db.open"),
    format: join(own, "format.json"),
  };
}

/** Whether the directory was opened by a Tenantry program before, or made by the Python module. */
export function isDirectoryOfOurs({ organizations, orgUsers, tables }: DirectoryLayout): boolean {
  return [organizations, orgUsers, tables].some((path) => existsSync(path));
}

const onlyOwnerDirectory = 0o700;
export const onlyOwnerFile = 0o600;

const ignoredByGit = `# What git should not keep: secrets, and what only a running program needs.
/secrets/
/journal.jsonl
/lock.db*
*.tmp
`;

/**
 * Creates what is missing, accessible to the owner only. Other users lose access to a directory of the Python module too.
 *
 * @throws {DomainError} `storage_unavailable` with the reason.
 */
export function prepareDirectory(layout: DirectoryLayout): void {
  try {
    const isNew = !existsSync(layout.directory);
    mkdirSync(layout.directory, { recursive: true, mode: onlyOwnerDirectory });
    for (const path of [layout.own, layout.tables, layout.secrets]) {
      mkdirSync(path, { recursive: true, mode: onlyOwnerDirectory });
    }
    const gitIgnore = join(layout.own, ".gitignore");
    if (!existsSync(gitIgnore)) writeFileSync(gitIgnore, ignoredByGit, { mode: onlyOwnerFile });
    if (isNew) return;
    closeToOthers(layout.organizations, onlyOwnerFile);
    closeToOthers(layout.orgUsers, onlyOwnerFile);
    // Only if it is a data directory already. Any other directory may be, for example, somebody's home.
    if (existsSync(layout.organizations)) closeToOthers(layout.directory, onlyOwnerDirectory);
  } catch (error) {
    throw toDirectoryError(error, layout.directory);
  }
}

function closeToOthers(path: string, mode: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.mode & 0o077) === 0) return;
  try {
    chmodSync(path, mode);
  } catch {
    // The file belongs to another user who gave us access; its mode is theirs to change.
  }
}
