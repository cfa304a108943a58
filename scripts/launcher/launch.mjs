/**
 * Starts a program of this workspace: `node scripts/launcher/launch.mjs FILE [ARGUMENTS]`.
 *
 * Tenantry runs on Node 24 and has it as a dependency, so any Node from version 20 on can start it. This
 * file therefore runs before anything is installed, and on an older Node than the rest of the code: it has
 * no dependencies and no syntax newer than Node 20. It installs what is missing and then starts the Node in
 * `node_modules` by its path, because PATH may find another one.
 *
 * All its messages go to stderr; stdout is reserved for the program.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const oldestLauncherNode = "20.0.0";
const oldestNode = "24.0.0";
/** Older versions can lose an acknowledged write (the WAL-reset bug). */
const oldestSqlite = "3.51.3";

if (isOlder(process.versions.node, oldestLauncherNode)) {
  say(`Node 20 or newer is needed to start; this is Node ${process.versions.node}.`);
  process.exitCode = 1;
} else {
  // No top-level await, so that a Node without it can run the check above.
  launch(process.argv.slice(2)).catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}

async function launch([file, ...args]) {
  const { installMissing } = await import("./install.mjs");
  const { endAs, run } = await import("./child-process.mjs");
  const installed = await installMissing(root, say);
  if (installed.code !== 0) return endAs(installed);
  const node = findNode();
  if (node === undefined) return endAs({ code: 1, signal: null });
  // Keeps compiled code, because compiling the sources is half the time of a short command. The directory is inside
  // `node_modules`, where no other user can write.
  const env = {
    NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compile"),
    ...process.env,
  };
  return endAs(await run(node, [join(root, file), ...args], { cwd: root, env, stdio: "inherit" }));
}

/** The Node to run programs with; undefined, after a message, if it cannot be used. */
function findNode() {
  const local =
    process.platform === "win32"
      ? join(root, "node_modules", "node", "bin", "node.exe")
      : join(root, "node_modules", ".bin", "node");
  const probe = spawnSync(local, ["-p", "JSON.stringify(process.versions)"], { encoding: "utf8" });
  const versions = probe.status === 0 ? JSON.parse(probe.stdout) : undefined;
  if (versions !== undefined && isRecent(versions)) return local;
  if (isRecent(process.versions)) return process.execPath;
  say(
    versions === undefined
      ? `${local} does not run${probe.error ? ` (${probe.error.code})` : ""}: npm was kept from running the install ` +
          'script of the package "node". Run "npm rebuild node --ignore-scripts=false", or start with Node 24.'
      : `${local} is Node ${versions.node} with SQLite ${versions.sqlite || "none"}; Node ${oldestNode} and ` +
          `SQLite ${oldestSqlite} or newer are needed. Run "npm ci".`,
  );
  return undefined;
}

function isRecent(versions) {
  return (
    !isOlder(versions.node, oldestNode) &&
    versions.sqlite !== undefined &&
    !isOlder(versions.sqlite, oldestSqlite)
  );
}

function isOlder(version, oldest) {
  const parts = version.split(".").map(Number);
  const oldestParts = oldest.split(".").map(Number);
  const at = oldestParts.findIndex((part, index) => part !== (parts[index] || 0));
  return at !== -1 && (parts[at] || 0) < oldestParts[at];
}

function say(line) {
  console.error(`tenantry: ${line}`);
}
