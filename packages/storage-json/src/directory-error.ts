import { DomainError } from "@tenantry/core";

/** Converts an error of the file system to one that says what to do. A {@link DomainError} is returned unchanged. */
export function toDirectoryError(error: unknown, path: string): unknown {
  if (error instanceof DomainError) return error;
  const advice = adviceFor((error as NodeJS.ErrnoException).code, path);
  if (advice === undefined) return error;
  return new DomainError("storage_unavailable", advice, { cause: error });
}

function adviceFor(code: string | undefined, path: string): string | undefined {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `The disk that holds ${path} is full. Nothing was changed; free some space and try again`;
    case "EFBIG":
      return `${path} would be larger than a file may be here. Nothing was changed; raise the limit`;
    case "EACCES":
    case "EPERM":
      return `${path} cannot be written. Give this program the right to write the directory and its files`;
    case "EROFS":
      return `${path} is on a file system that is mounted read-only; name another place`;
    case "ENOTDIR":
    case "EEXIST":
      return `${path} is no directory; name one, or a path at which one can be made`;
    case "ENOENT":
    case "EISDIR":
      return `${path} is not what it was: a file or directory was moved away or put in its place. Put it back`;
    case "EBUSY":
    case "EXDEV":
      return `${path} is where a file system begins, so nothing can take its place. Name a directory in it`;
    case "EIO":
      return `Reading or writing ${path} failed. See the system's log of the disk`;
    case "EMFILE":
    case "ENFILE":
      return "Too many files are open. Raise the limit of open files";
    default:
      return undefined;
  }
}

/** The error for a file that cannot be used and was not changed. */
export function damaged(path: string, faults: readonly Fault[]): DomainError {
  const shown = faults.slice(0, mostShown).map(({ place, detail }) => `${place} ${detail}`.trim());
  const more = faults.length > mostShown ? `; and ${faults.length - mostShown} more` : "";
  return new DomainError(
    "storage_damaged",
    `${path} cannot be used: ${shown.join("; ")}${more}. It was left as it is; mend it or put a backup in its place`,
    { fields: faults.map(({ place, detail }) => ({ pointer: place, detail })) },
  );
}

const mostShown = 5;

/** One fault of a file and its place. */
export interface Fault {
  /** A JSON pointer or a line; empty for the whole file. */
  readonly place: string;
  readonly detail: string;
}
