import { statSync } from "node:fs";
import type { DirectoryLayout } from "./directory-layout.ts";

/** By what a file is known to be the same without reading it: its number, its size and when it was last written. */
export interface FileStamps {
  readonly organizations: string;
  readonly orgUsers: string;
}

/** The stamps of the two source files, empty where there is no file. */
export function stampSourceFiles(layout: DirectoryLayout): FileStamps {
  return { organizations: stampFile(layout.organizations), orgUsers: stampFile(layout.orgUsers) };
}

/** The same before and after the file is given another name. */
export function stampFile(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? "" : `${found.ino}-${found.size}-${found.mtimeNs}`;
}

export function isSameStamps(one: FileStamps | null, other: FileStamps): boolean {
  return one?.organizations === other.organizations && one.orgUsers === other.orgUsers;
}
