import { statSync } from "node:fs";
import type { DirectoryLayout } from "./directory-layout.ts";

/** Identifies a version of a file without reading it: inode number, size and modification time. */
export interface FileStamps {
  readonly organizations: string;
  readonly orgUsers: string;
}

/** The stamps of the two source files, empty where there is no file. */
export function stampSourceFiles(layout: DirectoryLayout): FileStamps {
  return { organizations: stampFile(layout.organizations), orgUsers: stampFile(layout.orgUsers) };
}

/** The stamp of a file. Renaming the file does not change it. */
export function stampFile(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? "" : `${found.ino}-${found.size}-${found.mtimeNs}`;
}

export function isSameStamps(one: FileStamps | null, other: FileStamps): boolean {
  return one?.organizations === other.organizations && one.orgUsers === other.orgUsers;
}
