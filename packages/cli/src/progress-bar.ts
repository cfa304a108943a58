import { SingleBar } from "cli-progress";

export interface ProgressBar {
  /** @param total Zero where it is unknown. */
  show(done: number, total: number): void;
  end(): void;
}

const silent: ProgressBar = { show() {}, end() {} };

/** A progress bar on standard error. Shows nothing unless that is a terminal. */
export function createProgressBar(what: string): ProgressBar {
  if (!process.stderr.isTTY) return silent;
  const bar = new SingleBar({
    stream: process.stderr,
    format: `{bar} {value}/{total} ${what}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    fps: 20,
    // If interrupted, a hidden cursor would stay hidden.
    hideCursor: null,
    clearOnComplete: true,
    gracefulExit: false,
  });
  let isStarted = false;
  return {
    show(done, total) {
      if (!isStarted) bar.start(Math.max(total, done), 0);
      isStarted = true;
      bar.setTotal(Math.max(total, done));
      bar.update(done);
    },
    end() {
      if (isStarted) bar.stop();
    },
  };
}
