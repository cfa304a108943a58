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
 * The commits since the tables' files were last written, one after another in one file: what is in it has happened. Other processes follow
 * by reading on from where they are.
 */
export interface Journal {
  readonly header: JournalHeader;
  /** The last commit that was read or written. */
  readonly commit: number;
  /** The source files as they were last written; null where they never were. */
  readonly shown: FileStamps | null;
  /** Whether the source files show the last commit. */
  readonly isShown: boolean;
  readonly bytes: number;
  /** Whether somebody has written since, or put another journal in this one's place. */
  hasMoved(): boolean;
  /**
   * Reads on. `"lost"` where what follows does not follow what was read: only reading everything anew helps.
   *
   * @param begun Called between the last commit of a journal that is over and the first of the next.
   */
  readOn(apply: (lines: CommitLines) => void, begun: (header: JournalHeader) => void): Reading;
  /**
   * As {@link Journal.readOn} with the lock held, when nobody is writing: half a commit at the end is one whose caller was never told
   * that it happened, and is taken away.
   *
   * @throws {DomainError} `storage_damaged` where what is wrong is not at the end.
   */
  readToEnd(apply: (lines: CommitLines) => void): void;
  /** When it resolves the commit has happened. When it rejects, what was written of it has been taken away, if that was possible. */
  append(lines: CommitLines): Promise<void>;
  /**
   * Notes that the source files show the last commit: for this process, and in the journal where that has room for it. Whoever does not find it
   * there compares the files.
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

/** Undefined where there is none. @throws {DomainError} `storage_damaged` where it does not begin as one. */
export function openJournal(path: string): Journal | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const state = openState(path);
  if (state !== undefined) return createJournal(path, state);
  throw damaged(path, [{ place: "line 1", detail: "is not the beginning of a journal" }]);
}

/** Puts an empty journal in the place of one whose every commit is in the tables' files. */
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

  /** Another journal was begun: what is left of this one comes before it. */
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

/** Writes a line behind the last one, or nothing of it. */
function hasWritten({ fd, offset }: State, line: Buffer): boolean {
  try {
    if (writeSync(fd, line, 0, line.length, offset) === line.length) return true;
    ftruncateSync(fd, offset);
  } catch {
    // A full disk is told of by the next commit; what is known is no less true.
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
 * Reads the commits after the state and moves it on, a whole commit at a time.
 *
 * @returns what stands after them: nothing, half a commit (one that is being written, or whose writer died), or what follows from
 * nothing that was read.
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
    // Only what is done is behind the state: if it cannot be, it is read once more.
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
