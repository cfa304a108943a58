import cliProgress from "cli-progress";

export type Progress = {
  row(id: string): void;
  round(done: number): void;
  stop(): void;
};

/** A progress bar on a terminal; nothing if the output is not a terminal. */
export function startProgress(rows: number, rounds: number): Progress {
  if (!process.stderr.isTTY) {
    return { row: () => undefined, round: () => undefined, stop: () => undefined };
  }
  const bar = new cliProgress.SingleBar({
    format: "{bar} {value}/{total} rounds · {id}",
    stream: process.stderr,
    clearOnComplete: true,
  });
  let before = -rounds;
  bar.start(rows * rounds, 0, { id: "" });
  return {
    row(id) {
      before += rounds;
      bar.update(before, { id: `${id}: preparing` });
    },
    round: (done) => bar.update(before + done, { id: "" }),
    stop: () => bar.stop(),
  };
}
