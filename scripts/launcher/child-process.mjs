/** Part of the launcher, see `launch.mjs`: runs on Node 20, before anything is installed. */
import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs a program to its end as if it had been started instead of this one: signals to this process are
 * passed on to it.
 *
 * A terminal sends Ctrl-C and hang-up to the whole process group, including the program. These are not
 * passed on again, because many programs treat a second one as a demand to stop at once.
 */
export function run(command, args, { onSpawn, ...options }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    const hasTerminal = [process.stdin, process.stdout, process.stderr].some((one) => one.isTTY);
    const forwarders = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
      const isSentToAll = hasTerminal && signal !== "SIGTERM";
      const forward = () => void (isSentToAll || child.kill(signal));
      process.on(signal, forward);
      return () => process.off(signal, forward);
    });
    const orphanWatch = watchForLossOfNpm(() => child.kill("SIGTERM"));
    const finish = (end) => {
      for (const stopForwarding of forwarders) stopForwarding();
      clearInterval(orphanWatch);
      resolve(end);
    };
    child.on("spawn", () => onSpawn?.(child.pid));
    child.on("error", (error) => {
      console.error(`tenantry: ${command} could not be started: ${error.message}`);
      finish({ code: 1, signal: null });
    });
    child.on("exit", (code, signal) => finish({ code, signal }));
  });
}

/**
 * Notices that the parent is gone: npm ends at some signals without informing its child, and a forgotten
 * server would keep its port. A process whose parent has ended gets another parent.
 */
function watchForLossOfNpm(onLoss) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    onLoss();
  }, 500);
  return watch;
}

/** Ends this process as the program ended: with its exit code, or by the same signal. */
export function endAs({ code, signal }) {
  process.exitCode = signal === null ? code : 128 + constants.signals[signal];
  if (signal !== null) process.kill(process.pid, signal);
}
