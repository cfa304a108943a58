import type { Change, ChangeListener } from "@tenantry/core";
import { noteSaved, saveEverything } from "./checkpoint.ts";
import { commitToDirectory, showSourceFiles } from "./commit.ts";
import { toDirectoryError } from "./directory-error.ts";
import type { DirectoryLayout } from "./directory-layout.ts";
import { type FileStamps, isSameStamps, stampSourceFiles } from "./file-stamps.ts";
import { arrangeAs, takeIn } from "./foreign-import.ts";
import type { CommitLines, Journal } from "./journal.ts";
import { loadDirectory } from "./load-directory.ts";
import { applyCommit, type Memory } from "./memory.ts";
import { compareSourceFiles, judgeSourceFiles, type SourceState } from "./source-files.ts";
import { upgradeDirectory } from "./upgrade-directory.ts";

/** The directory with memory beside it: what keeps the one like the other. The lock is the caller's to take. */
export interface Directory {
  /** Whether memory is like the directory. The caller holds the lock, so that it stays so until the lock is given up. */
  isLevel(): boolean;
  /** Makes memory like the directory: reads anew what it must, takes in what somebody else wrote. The caller holds the lock. */
  level(): Promise<void>;
  /** Takes on what our other processes have committed; false where that takes {@link Directory.level}. Needs no lock. */
  follow(): boolean;
  /** Whether the source files look as if somebody else had written them. Needs no lock. */
  isEdited(): boolean;
  /** Brings the open transaction to the disk and to memory. The caller holds the lock. */
  commit(): Promise<void>;
  /** Whether the source files lag behind the last commit. */
  isBehind(): boolean;
  /** Brings them up to it. The caller holds the lock, and memory is like the directory. */
  show(): Promise<void>;
  /** Whether the tables' files should be written: at the end, or because the journal has become long. */
  wantsSaving(when: "now and then" | "at the end"): boolean;
  /** Writes the tables' files. The caller holds the lock, and memory is like the directory. */
  save(): Promise<void>;
  /** How often something came from others. */
  foreignCommits(): number;
  close(): void;
}

/** Below this a directory is small: its files are always written at the end. */
const smallBytes = 8 * 1024 * 1024;

interface State {
  readonly memory: Memory;
  readonly layout: DirectoryLayout;
  readonly tell: ChangeListener;
  /** Undefined while what is in memory may not be what is on the disk. */
  journal: Journal | undefined;
  savedBytes: number;
  found: number;
}

export function createDirectory(
  memory: Memory,
  layout: DirectoryLayout,
  tell: ChangeListener,
): Directory {
  const state: State = { memory, layout, tell, journal: undefined, savedBytes: 0, found: 0 };
  return {
    isLevel: () => isLevel(state),
    level: () => level(state),
    follow: () => follow(state),
    isEdited: () => state.journal !== undefined && !areUntouched(state, state.journal),
    commit: () => safely(state, () => commit(state)),
    isBehind: () => state.journal?.isShown === false,
    show: () => safely(state, async () => void (await show(state, shownOf(state)))),
    wantsSaving: (when) => wantsSaving(state, when),
    save: () => save(state),
    foreignCommits: () => state.found,
    close: () => distrust(state),
  };
}

function journalOf(state: State): Journal {
  if (state.journal === undefined) throw new Error("The directory has not been read");
  return state.journal;
}

/** The source files as they were when memory was last like them. */
function shownOf(state: State): FileStamps | null {
  return journalOf(state).shown;
}

async function commit(state: State): Promise<void> {
  await commitToDirectory(state.memory, journalOf(state), state.layout, shownOf(state));
}

async function show(state: State, known: FileStamps | null): Promise<boolean> {
  return await showSourceFiles(state.memory, journalOf(state), state.layout, known);
}

function distrust(state: State): void {
  state.journal?.close();
  state.journal = undefined;
}

/** Whatever fails on the way leaves memory to be read anew, and nothing of it uncommitted. */
async function safely(state: State, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (state.memory.db.isTransaction) state.memory.db.exec("ROLLBACK");
    distrust(state);
    throw toDirectoryError(error, state.layout.directory);
  }
}

function follow(state: State): boolean {
  const { journal, memory, layout } = state;
  if (journal === undefined) return false;
  if (!journal.hasMoved()) return true;
  const changes: Change[] = [];
  const apply = (lines: CommitLines) => {
    changes.push(...applyCommit(memory, lines, layout.journal));
    state.found += 1;
  };
  try {
    const reading = journal.readOn(apply, ({ events }) => noteSaved(memory, events));
    if (reading === "lost") distrust(state);
    // Whoever showed it has written the files that are now as the view has them.
    else if (journal.isShown) memory.view.takeChanged();
  } catch (error) {
    distrust(state);
    throw error;
  } finally {
    if (changes.length > 0) state.tell(changes);
  }
  return state.journal !== undefined;
}

function areUntouched({ layout }: State, journal: Journal): boolean {
  return isSameStamps(journal.shown, stampSourceFiles(layout));
}

function isLevel(state: State): boolean {
  if (!follow(state)) return false;
  const journal = journalOf(state);
  // With the lock held nobody is writing: half a commit was left by a process that ended.
  return !journal.hasMoved() && areUntouched(state, journal);
}

/** Somebody who edits the files again and again is given way to; whoever looks next goes on from there. */
const levellings = 3;

async function level(state: State): Promise<void> {
  for (let round = 0; round < levellings && !isLevel(state); round += 1) await levelOnce(state);
}

async function levelOnce(state: State): Promise<void> {
  const { journal, memory, layout } = state;
  const isWhole = journal !== undefined && !journal.hasMoved() && journal.isShown;
  if (!isWhole) {
    await safely(state, async () => settle(state, await readAnew(state)));
    return;
  }
  // Where somebody else's file cannot be used, what is in memory is still what it was.
  const comparison = await compareSourceFiles(memory.view, layout);
  await safely(state, () => settle(state, judgeSourceFiles(comparison)));
}

async function readAnew(state: State): Promise<SourceState> {
  distrust(state);
  await upgradeDirectory(state.layout);
  const { journal, savedBytes, sources } = await loadDirectory(state.memory, state.layout);
  state.journal = journal;
  state.savedBytes = savedBytes;
  state.found += 1;
  state.tell("everything");
  return sources;
}

async function settle(state: State, sources: SourceState): Promise<void> {
  const { memory, layout } = state;
  const journal = journalOf(state);
  if (sources.kind === "edited") {
    memory.changes.length = 0;
    memory.db.exec("BEGIN");
    await takeIn(memory, sources.found);
    await commitToDirectory(memory, journal, layout, sources.stamps, () =>
      arrangeAs(memory, sources.content),
    );
    state.found += 1;
    state.tell(memory.changes.slice());
  }
  if (sources.kind === "current") {
    memory.view.takeChanged();
    journal.noteShown(sources.stamps);
    return;
  }
  memory.view.changeAll();
  if (!journal.isShown || sources.kind === "behind") {
    if (!(await show(state, sources.stamps))) return;
  }
  if (wantsSaving(state, "now and then")) await save(state);
}

function wantsSaving({ journal, savedBytes }: State, when: "now and then" | "at the end"): boolean {
  if (journal === undefined || journal.commit === journal.header.commit) return false;
  if (when === "at the end" && savedBytes < smallBytes) return true;
  return journal.bytes > Math.max(smallBytes, savedBytes) / (when === "at the end" ? 8 : 2);
}

async function save(state: State): Promise<void> {
  const { memory, layout } = state;
  const journal = journalOf(state);
  // A journal begins with source files that show all before it.
  if (!journal.isShown && !(await show(state, shownOf(state)))) return;
  const { header, commit, shown } = journal;
  state.savedBytes = await saveEverything(memory, layout, { id: header.id, commit, shown });
  // The new journal is followed as if somebody else had begun it.
  follow(state);
}
