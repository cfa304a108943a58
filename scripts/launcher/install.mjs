/** Part of the launcher, see `launch.mjs`: runs on Node 20, before anything is installed. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./child-process.mjs";
import { takeInstallLock } from "./install-lock.mjs";

/**
 * Installs what `package-lock.json` names, unless `node_modules` has it already. If several programs start
 * at the same time, one installs and the others wait.
 */
export async function installMissing(root, say) {
  if (findMissing(root).length === 0) return done;
  const lock = await takeInstallLock(root, say);
  try {
    if (findMissing(root).length === 0) return done;
    say("installing dependencies with npm ci, as package-lock.json names them …");
    // npm writes this file last, so an interrupted installation is never mistaken for a complete one.
    rmSync(join(root, hiddenLockfile), { force: true });
    const installed = await npm(process.execPath, ["ci"], root, lock);
    if (installed.code !== 0) {
      say("npm ci failed; its messages are above. Nothing was started.");
      return installed;
    }
    return await addSkipped(root, lock);
  } finally {
    lock.release();
  }
}

const done = { code: 0, signal: null };
const hiddenLockfile = join("node_modules", ".package-lock.json");

/**
 * The packages that `package-lock.json` names and `node_modules` lacks or has in another version.
 * Missing optional packages do not count, because most of them are for other platforms.
 */
export function findMissing(root) {
  return diffLockfiles(root).filter(({ isOptional, isAbsent }) => !(isOptional && isAbsent));
}

function diffLockfiles(root) {
  const wanted = readPackages(join(root, "package-lock.json"));
  const installed = existsSync(join(root, hiddenLockfile))
    ? readPackages(join(root, hiddenLockfile))
    : {};
  return Object.keys(wanted)
    .filter((path) => path.startsWith("node_modules/"))
    .map((path) => ({
      path,
      wanted: wanted[path],
      isOptional: wanted[path].optional === true,
      isAbsent: installed[path] === undefined,
      isSame:
        installed[path] !== undefined &&
        installed[path].version === wanted[path].version &&
        installed[path].integrity === wanted[path].integrity &&
        installed[path].link === wanted[path].link &&
        existsSync(join(root, path)),
    }))
    .filter(({ isSame }) => !isSame);
}

function readPackages(lockfile) {
  return JSON.parse(readFileSync(lockfile, "utf8")).packages;
}

/**
 * npm skips optional packages that need a newer Node than the one npm runs on, although the programs run on
 * another Node. If one for this platform was skipped, the newly installed Node adds it.
 */
async function addSkipped(root, lock) {
  const isSkipped = diffLockfiles(root).some(
    ({ wanted, isAbsent }) => isAbsent && wanted.engines !== undefined && isForHere(wanted),
  );
  const node = join(root, "node_modules", ".bin", "node");
  if (!isSkipped || !existsSync(node)) return done;
  return npm(node, ["install", "--no-save"], root, lock);
}

/** Whether a package has native code for this platform. */
function isForHere({ os = [], cpu = [], libc = [] }) {
  if (!os.includes(process.platform) || !cpu.includes(process.arch)) return false;
  const ownLibc = process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";
  return libc.length === 0 || libc.includes(ownLibc);
}

function npm(node, args, root, lock) {
  const options = ["--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  const command = [...args, ...options, "--loglevel=error"];
  const npmFile = process.env.npm_execpath;
  const isNpm = npmFile !== undefined && /npm-cli\.c?js$/.test(npmFile);
  const spawnOptions = {
    cwd: root,
    // stdout is reserved for the program that starts afterwards.
    stdio: ["ignore", 2, 2],
    onSpawn: (pid) => lock.nameInstaller(pid),
  };
  if (isNpm) return run(node, [npmFile, ...command], spawnOptions);
  return run("npm", command, { ...spawnOptions, shell: process.platform === "win32" });
}
