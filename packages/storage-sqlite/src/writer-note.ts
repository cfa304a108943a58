import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { hostname } from "node:os";

/** The program that writes, as it describes itself. */
interface Writer {
  readonly since: string;
  readonly pid: number;
  readonly host: string;
  readonly program: string;
}

/** A block of fixed length, overwritten in place with one call, so that it is never half written. */
const noteBytes = 512;
const heldMark = "1";
const freeMark = "0";

/**
 * A file beside the database in which the writing program names itself, because SQLite cannot say who holds a lock.
 * It is only for messages; nothing depends on it.
 */
export interface WriterNote {
  /** Called when the lock has been taken. */
  take(): void;
  /** As `take`, if as far as is known no other program had the lock since the last time. */
  takeAgain(): void;
  /** Called when the lock is released. */
  release(): void;
  /** Describes the lock's holder. */
  describeHolder(): string;
  close(): void;
}

/**
 * For this long a note is not written again by `takeAgain`, nor marked as free. Writing it twice for each of many short
 * transactions would take a twentieth of their time, and nobody reads it before having waited for longer.
 */
const noteLastsMs = 100;

export function openWriterNote(databasePath: string, program: string): WriterNote {
  const file = openNoteFile(`${databasePath}.writer`);
  if (file === undefined) return noWriterNote;
  const host = hostname();
  const since = new Date().toISOString();
  const writer: Writer = { since, pid: process.pid, host, program: program.slice(0, 100) };
  const text = heldMark + JSON.stringify(writer);
  const block = Buffer.alloc(noteBytes, " ");
  block.write(text);
  const sinceAt = text.indexOf(since);
  let isHeld = false;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let marking: NodeJS.Timeout | undefined;

  function write(): void {
    writtenAt = performance.now();
    block.write(new Date().toISOString(), sinceAt, "latin1");
    ignoreFailure(() => writeSync(file as number, block, 0, noteBytes, 0));
  }

  /** Marks the note as free, unless another program has written its own. */
  function markFree(): void {
    writtenAt = Number.NEGATIVE_INFINITY;
    ignoreFailure(() => {
      if (readBlock(file as number).equals(block)) writeSync(file as number, freeMark, 0);
    });
  }

  function markFreeLater(): void {
    marking = setTimeout(() => {
      marking = undefined;
      if (isHeld) markFreeLater();
      else markFree();
    }, noteLastsMs).unref();
  }

  return {
    take() {
      isHeld = true;
      write();
    },
    takeAgain() {
      isHeld = true;
      if (performance.now() - writtenAt >= noteLastsMs) write();
    },
    release() {
      isHeld = false;
      if (marking === undefined) markFreeLater();
    },
    describeHolder() {
      try {
        const noted = readBlock(file);
        const isOldOfOurs = !isHeld && noted.equals(block);
        return describe(isOldOfOurs ? undefined : parseNote(noted), host);
      } catch {
        return anotherProgram;
      }
    },
    close() {
      clearTimeout(marking);
      if (marking !== undefined) markFree();
      ignoreFailure(() => closeSync(file));
    },
  };
}

const anotherProgram = "another program";

/** Used where there are no other processes, or no place to write. */
export const noWriterNote: WriterNote = {
  take() {},
  takeAgain() {},
  release() {},
  describeHolder: () => anotherProgram,
  close() {},
};

function openNoteFile(path: string): number | undefined {
  let file: number | undefined;
  ignoreFailure(() => {
    file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  });
  return file;
}

function readBlock(file: number): Buffer {
  const block = Buffer.alloc(noteBytes);
  readSync(file, block, 0, noteBytes, 0);
  return block;
}

/** The lock's holder according to the note; undefined where there is none. */
function parseNote(block: Buffer): Writer | undefined {
  try {
    const text = block.toString("utf8");
    return text.startsWith(heldMark) ? (JSON.parse(text.slice(1)) as Writer) : undefined;
  } catch {
    return undefined;
  }
}

function describe(writer: Writer | undefined, host: string): string {
  // A killed program leaves its note, but not its lock, so somebody else holds that.
  if (writer === undefined || (writer.host === host && !isRunning(writer.pid))) {
    return anotherProgram;
  }
  const place = writer.host === host ? "" : ` on ${writer.host}`;
  return `${writer.program} (process ${writer.pid}${place}, since ${writer.since})`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function ignoreFailure(action: () => unknown): void {
  try {
    action();
  } catch {
    // A full disk or a missing directory is noticed by the database first.
  }
}
