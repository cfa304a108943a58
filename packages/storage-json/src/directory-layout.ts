import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toDirectoryError } from "./directory-error.ts";

/** Where everything lies. The first two files are the Python module's, everything else is in a directory of ours. */
export interface DirectoryLayout {
  readonly directory: string;
  readonly organizations: string;
  readonly orgUsers: string;
  readonly own: string;
  /** One file a table. */
  readonly tables: string;
  /** Those that hold secrets: left out of version control. */
  readonly secrets: string;
  readonly events: string;
  readonly journal: string;
  readonly lock: string;
  /** Held by every program that has the directory open. */
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

/** Whether there is a directory that a program of ours has opened before, or that the Python module made. */
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
 * Makes what is missing, for the owner alone. A directory of the Python module is closed to others as well.
 *
 * @throws {DomainError} `storage_unavailable`, saying what stands in the way.
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
    // Only where it is a data directory already: what else is opened may be somebody's home.
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
    // Somebody else's file, which we were given the right to use: theirs to close.
  }
}
