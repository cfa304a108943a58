/** Part of the launcher, see `launch.mjs`: runs on Node 20, before anything is installed. */
import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Takes the lock with which one process at a time changes `node_modules`, and waits for it if needed.
 *
 * The lock is a file that names its holder, so that a lock left by a crash is recognized. It also names
 * the npm that the holder started, because npm continues if only the holder is killed.
 */
export async function takeInstallLock(root, say) {
  const file = join(root, ".install-lock");
  const token = randomUUID();
  const draft = `${file}-${token}`;
  const write = (pids) => writeFileSync(draft, JSON.stringify({ token, pids }));
  write([process.pid]);
  let hasSaidSo = false;
  try {
    while (!createAs(draft, file)) {
      const holder = readHolder(file);
      if (holder === undefined || breakAbandoned(file, holder)) continue;
      if (!hasSaidSo) {
        say(
          `waiting for process ${holder.pids[0]}, which is installing. If it is not, delete ${file}`,
        );
      }
      hasSaidSo = true;
      await sleep(100);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    nameInstaller(pid) {
      write([process.pid, pid]);
      renameSync(draft, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** Gives `draft` the second name `file` with a hard link, which is atomic and fails if the name exists. */
function createAs(draft, file) {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Removes a lock whose holder is gone.
 *
 * If two processes see the same dead holder, only one may remove its lock; the other would remove the
 * first one's new lock. So the right to remove *this* holder's lock is a file that only one process can
 * create, and that process checks the holder once more.
 */
export function breakAbandoned(file, holder) {
  if (holder.pids.some(isAlive)) return false;
  const claim = `${file}-${holder.token}-abandoned`;
  try {
    writeFileSync(claim, "", { flag: "wx" });
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  const current = readHolder(file);
  if (current !== undefined && current.token === holder.token) rmSync(file, { force: true });
  rmSync(claim, { force: true });
  return true;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
