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

/** Keeps memory and the directory in sync. The caller takes the lock. */
export interface Directory {
  /** Whether memory is in sync with the directory. The caller holds the lock, so it stays in sync until the release. */
  isInSync(): boolean;
  /** Synchronizes memory with the directory: reads again what is needed and imports other programs' edits. The caller holds the lock. */
  sync(): Promise<void>;
  /** Applies other Tenantry processes' commits; false if {@link Directory.sync} is needed instead. Needs no lock. */
  follow(): boolean;
  /** Whether the source files may have been edited by another program. Needs no lock. */
  isEdited(): boolean;
  /** Commits the open transaction to the disk and in memory. The caller holds the lock. */
  commit(): Promise<void>;
  /** Whether the source files lag behind the last commit. */
  isBehind(): boolean;
  /** Writes the source files in the state of the last commit. The caller holds the lock, and memory is in sync. */
  show(): Promise<void>;
  /** Whether the tables' files should be written: when closing, or because the journal has become long. */
  wantsSaving(when: "now and then" | "at the end"): boolean;
  /** Writes the tables' files. The caller holds the lock, and memory is in sync. */
  save(): Promise<void>;
  /** How many commits and edits of others were applied so far. */
  foreignCommits(): number;
  close(): void;
}

/** Directories below this size always have their tables' files written when they are closed. */
const smallBytes = 8 * 1024 * 1024;

interface State {
  readonly memory: Memory;
  readonly layout: DirectoryLayout;
  readonly tell: ChangeListener;
  /** Undefined while memory may differ from the disk. */
  journal: Journal | undefined;
  savedBytes: number;
  foreignCommits: number;
}

export function createDirectory(
  memory: Memory,
  layout: DirectoryLayout,
  tell: ChangeListener,
): Directory {
  const state: State = {
    memory,
    layout,
    tell,
    journal: undefined,
    savedBytes: 0,
    foreignCommits: 0,
  };
  return {
    isInSync: () => isInSync(state),
    sync: () => sync(state),
    follow: () => follow(state),
    isEdited: () => state.journal !== undefined && !areUntouched(state, state.journal),
    commit: () => safely(state, () => commit(state)),
    isBehind: () => state.journal?.isShown === false,
    show: () => safely(state, async () => void (await show(state, shownOf(state)))),
    wantsSaving: (when) => wantsSaving(state, when),
    save: () => save(state),
    foreignCommits: () => state.foreignCommits,
    close: () => distrust(state),
  };
}

function journalOf(state: State): Journal {
  if (state.journal === undefined) throw new Error("The directory has not been read");
  return state.journal;
}

/** The source files as they were when memory last equalled them. */
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

/** If the work fails, rolls back and has memory read again from the files. */
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
    state.foreignCommits += 1;
  };
  try {
    const reading = journal.readOn(apply, ({ events }) => noteSaved(memory, events));
    if (reading === "lost") distrust(state);
    // The process that wrote the source files wrote what the view contains now.
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

function isInSync(state: State): boolean {
  if (!follow(state)) return false;
  const journal = journalOf(state);
  // Nobody writes while the lock is held, so half a commit at the end is from a process that ended.
  return !journal.hasMoved() && areUntouched(state, journal);
}

/** If another program keeps editing the files, the synchronization stops after this many rounds and the next caller continues. */
const syncRounds = 3;

async function sync(state: State): Promise<void> {
  for (let round = 0; round < syncRounds && !isInSync(state); round += 1) await syncOnce(state);
}

async function syncOnce(state: State): Promise<void> {
  const { journal, memory, layout } = state;
  const isWhole = journal !== undefined && !journal.hasMoved() && journal.isShown;
  if (!isWhole) {
    await safely(state, async () => settle(state, await readAnew(state)));
    return;
  }
  // Outside `safely`: if an edited file cannot be used, memory is unchanged and still valid.
  const comparison = await compareSourceFiles(memory.view, layout);
  await safely(state, () => settle(state, judgeSourceFiles(comparison)));
}

async function readAnew(state: State): Promise<SourceState> {
  distrust(state);
  await upgradeDirectory(state.layout);
  const { journal, savedBytes, sources } = await loadDirectory(state.memory, state.layout);
  state.journal = journal;
  state.savedBytes = savedBytes;
  state.foreignCommits += 1;
  state.tell("everything");
  return sources;
}

async function settle(state: State, sources: SourceState): Promise<void> {
  const { memory, layout } = state;
  const journal = journalOf(state);
  if (sources.kind === "edited") {
    memory.changes.length = 0;
    memory.db.exec("BEGIN");
    await takeIn(memory, sources.edits);
    await commitToDirectory(memory, journal, layout, sources.stamps, () =>
      arrangeAs(memory, sources.content),
    );
    state.foreignCommits += 1;
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
  // A new journal states that the source files show everything before it.
  if (!journal.isShown && !(await show(state, shownOf(state)))) return;
  const { header, commit, shown } = journal;
  state.savedBytes = await saveEverything(memory, layout, { id: header.id, commit, shown });
  // The new journal is read as if another process had begun it.
  follow(state);
}
