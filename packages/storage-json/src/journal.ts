import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  write,
  writeSync,
} from "node:fs";
import { promisify } from "node:util";
import { damaged } from "./directory-error.ts";
import { type PreparedFile, prepareFile, putInPlace } from "./durable-files.ts";
import type { FileStamps } from "./file-stamps.ts";
import {
  firstSum,
  type JournalCommit,
  type JournalEntry,
  type JournalHeader,
  readLine,
  writeLine,
} from "./journal-lines.ts";

const syncData = promisify(fdatasync);
const writeAt = promisify(write);

/** All lines of one commit, in order. */
export type CommitLines = readonly JournalCommit[];

/**
 * A file with the commits since the tables' files were last written. A commit is final once it is in this file. Other
 * processes follow by reading on from their position.
 */
export interface Journal {
  readonly header: JournalHeader;
  /** The last commit that was read or written. */
  readonly commit: number;
  /** The source files as they were last written; null if they never were. */
  readonly shown: FileStamps | null;
  /** Whether the source files show the last commit. */
  readonly isShown: boolean;
  readonly bytes: number;
  /** Whether another process has appended to the journal or replaced it. */
  hasMoved(): boolean;
  /**
   * Reads new commits. `"lost"` if they do not follow what was read before; then everything must be read again.
   *
   * @param begun Called after the last commit of a replaced journal and before the first of the next one.
   */
  readOn(apply: (lines: CommitLines) => void, begun: (header: JournalHeader) => void): Reading;
  /**
   * As {@link Journal.readOn}, while the lock is held and nobody writes. Half a commit at the end was never acknowledged and is
   * removed.
   *
   * @throws {DomainError} `storage_damaged` if there is a fault before the end.
   */
  readToEnd(apply: (lines: CommitLines) => void): void;
  /** When it resolves, the commit is final. When it rejects, what was written has been removed if possible. */
  append(lines: CommitLines): Promise<void>;
  /**
   * Notes that the source files show the last commit: in this process, and in the journal if the disk has room. A process that
   * does not find the note compares the files.
   */
  noteShown(stamps: FileStamps): void;
  close(): void;
}

export type Reading = "read" | "lost";

interface State {
  header: JournalHeader;
  fd: number;
  inode: bigint;
  offset: number;
  sum: string;
  commit: number;
  shown: FileStamps | null;
  shownCommit: number;
}

/** Undefined if there is none. @throws {DomainError} `storage_damaged` if its first line is not that of a journal. */
export function openJournal(path: string): Journal | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const state = openState(path);
  if (state !== undefined) return createJournal(path, state);
  throw damaged(path, [{ place: "line 1", detail: "is not the beginning of a journal" }]);
}

/** Replaces a journal whose commits are all in the tables' files with an empty one. */
export async function beginJournal(path: string, header: JournalHeader): Promise<void> {
  await putInPlace([await prepareJournal(path, header)]);
}

export async function prepareJournal(path: string, header: JournalHeader): Promise<PreparedFile> {
  return await prepareFile(path, [writeLine(header, firstSum).line]);
}

function openState(path: string): State | undefined {
  const fd = openSync(path, "r+");
  const { ino, size } = fstatSync(fd, { bigint: true });
  const content = readFrom(fd, 0, Number(size));
  const end = content.indexOf(newline);
  const first = end < 0 ? undefined : readLine(content.toString("utf8", 0, end), firstSum);
  const header = first?.entry as JournalHeader | undefined;
  if (first === undefined || header === undefined || header.journal !== 1) {
    closeSync(fd);
    return undefined;
  }
  const { sum } = first;
  const { commit, shown } = header;
  const offset = end + 1;
  return { header, fd, inode: ino, offset, sum, commit, shown, shownCommit: commit };
}

const newline = 0x0a;

function createJournal(path: string, opened: State): Journal {
  let state = opened;

  /** Another journal was begun. The rest of this one is read before it. */
  function followTo(
    apply: (lines: CommitLines) => void,
    begun: (header: JournalHeader) => void,
  ): Reading {
    const next = openState(path);
    if (next === undefined) return "lost";
    const rest = readCommits(state, apply);
    const { follows, commit } = next.header;
    if (rest !== "whole" || follows !== state.header.id || commit !== state.commit) {
      closeSync(next.fd);
      return "lost";
    }
    closeSync(state.fd);
    state = next;
    begun(next.header);
    return readCommits(state, apply) === "wrong" ? "lost" : "read";
  }

  return {
    get header() {
      return state.header;
    },
    get commit() {
      return state.commit;
    },
    get shown() {
      return state.shown;
    },
    get isShown() {
      return state.shown !== null && state.shownCommit === state.commit;
    },
    get bytes() {
      return state.offset;
    },
    hasMoved() {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      return found?.ino !== state.inode || found.size !== BigInt(state.offset);
    },
    readOn(apply, begun) {
      const { ino, size } = statSync(path, { bigint: true });
      if (ino !== state.inode) return followTo(apply, begun);
      if (size < state.offset) return "lost";
      return readCommits(state, apply) === "wrong" ? "lost" : "read";
    },
    readToEnd(apply) {
      const end = readCommits(state, apply);
      if (end === "wrong") {
        const place = `after byte ${state.offset}`;
        throw damaged(path, [{ place, detail: "is not what was written" }]);
      }
      if (end === "half") ftruncateSync(state.fd, state.offset);
    },
    append: (lines) => appendCommit(state, lines),
    noteShown(stamps) {
      const { line, sum } = writeLine({ shown: stamps }, state.sum);
      if (hasWritten(state, line)) {
        moveOn(state, state.offset + line.length, sum, { shown: stamps });
      } else {
        state.shown = stamps;
        state.shownCommit = state.commit;
      }
    },
    close: () => closeSync(state.fd),
  };
}

/** Appends a line completely or not at all. */
function hasWritten({ fd, offset }: State, line: Buffer): boolean {
  try {
    if (writeSync(fd, line, 0, line.length, offset) === line.length) return true;
    ftruncateSync(fd, offset);
  } catch {
    // The next commit reports a full disk. The note is only an optimization.
  }
  return false;
}

async function appendCommit(state: State, lines: CommitLines): Promise<void> {
  let { offset, sum } = state;
  try {
    for (const entry of lines) {
      const written = writeLine(entry, sum);
      await writeWhole(state.fd, written.line, offset);
      offset += written.line.length;
      sum = written.sum;
    }
    await syncData(state.fd);
  } catch (error) {
    ftruncateSync(state.fd, state.offset);
    throw error;
  }
  for (const entry of lines.slice(-1)) moveOn(state, offset, sum, entry);
}

async function writeWhole(fd: number, content: Buffer, position: number): Promise<void> {
  for (let done = 0; done < content.length; ) {
    const { bytesWritten } = await writeAt(
      fd,
      content,
      done,
      content.length - done,
      position + done,
    );
    done += bytesWritten;
  }
}

/**
 * Reads the commits after the state, and advances the state after each complete commit.
 *
 * @returns what comes after them: nothing, half a commit (which is being written, or whose writer ended), or something that
 * does not follow from what was read.
 */
function readCommits(
  state: State,
  apply: (lines: CommitLines) => void,
): "whole" | "half" | "wrong" {
  const size = fstatSync(state.fd).size;
  const content = readFrom(state.fd, state.offset, size - state.offset);
  const start = state.offset;
  let lines: JournalCommit[] = [];
  let sum = state.sum;
  let at = 0;
  for (let end = content.indexOf(newline); end >= 0; end = content.indexOf(newline, at)) {
    const read = readLine(content.toString("utf8", at, end), sum);
    if (read === undefined) return "wrong";
    at = end + 1;
    sum = read.sum;
    const { entry } = read;
    if ("put" in entry) lines.push(entry);
    if ("more" in entry) continue;
    // The state advances only after the commit was applied: if that fails, the commit is read again.
    if (lines.length > 0) apply(lines);
    moveOn(state, start + at, sum, entry);
    lines = [];
  }
  return at < content.length || lines.length > 0 ? "half" : "whole";
}

function moveOn(state: State, offset: number, sum: string, entry: JournalEntry): void {
  state.offset = offset;
  state.sum = sum;
  if ("put" in entry) {
    if ("alike" in entry && state.shownCommit === state.commit) state.shownCommit = entry.commit;
    state.commit = entry.commit;
  } else {
    state.shown = entry.shown;
    state.shownCommit = state.commit;
  }
}

function readFrom(fd: number, position: number, length: number): Buffer {
  const content = Buffer.allocUnsafe(Math.max(length, 0));
  let filled = 0;
  while (filled < length) {
    const read = readSync(fd, content, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return content.subarray(0, filled);
}
