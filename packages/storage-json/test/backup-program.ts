import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/**
 * Backs a directory up, or restores one in the place of what is there, and is killed at one of its calls of the system: `copyFileSync` number 3.
 */
const [what, from = "", to = "", call, number] = process.argv.slice(2);
let left = Number(number);

function killAt<Args extends readonly unknown[]>(name: string, real: (...args: Args) => void) {
  return (...args: Args) => {
    if (name === call && left === 0) process.kill(process.pid, "SIGKILL");
    if (name === call) left -= 1;
    real(...args);
  };
}

fs.copyFileSync = killAt("copyFileSync", fs.copyFileSync);
fs.renameSync = killAt("renameSync", fs.renameSync);
syncBuiltinESMExports();
const { backupJsonDirectory, restoreJsonDirectory } = await import("../src/index.ts");
if (what === "backup") await backupJsonDirectory(from, to);
else if (what === "replace") await backupJsonDirectory(from, to, { replace: true });
else await restoreJsonDirectory(from, to, { replace: true, now: new Date() });
