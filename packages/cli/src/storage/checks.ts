import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { type DatabaseLocation, findOpenToOthers } from "tenantry";
import { type Finding, fault, note, well } from "./finding.ts";

export function checkVersions(): Finding[] {
  const { node, sqlite } = process.versions;
  const isRecent = Number(node.split(".")[0]) >= 24;
  return [
    isRecent ? well("node", node) : fault("node", `${node} is too old; use Node 24 or newer`),
    well("sqlite", sqlite ?? "none"),
  ];
}

/** Checks that the data directory exists, is writable, and cannot be read by others. */
export function checkDirectory(location: DatabaseLocation): Finding[] {
  const subject = "data directory";
  if (location.kind === "postgres") return [];
  const directory = resolve(location.kind === "json" ? location.directory : dirname(location.path));
  if (!existsSync(directory)) {
    return [note(subject, `${directory} is not there yet; it is made with the database`)];
  }
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [fault(subject, `${directory} cannot be written; give this program the right to`)];
  }
  return [well(subject, directory), ...findOpen(location).map((says) => fault(subject, says))];
}

function findOpen(location: DatabaseLocation): readonly string[] {
  if (location.kind === "json") {
    return findOpenToOthers(location.directory).map(
      ({ path, mode }) => `${path} is open to other users of this machine; chmod ${mode} ${path}`,
    );
  }
  if (location.kind !== "sqlite" || !existsSync(location.path)) return [];
  const { path } = location;
  if (!isOpenToOthers(path)) return [];
  return [`${path} can be read by other users of this machine; chmod 600 ${path}`];
}

function isOpenToOthers(path: string): boolean {
  return process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0;
}

/** Checks whether `serve` could listen. A port in use is usually the server itself, so that is only a note. */
export async function checkPort(port: number, host: string): Promise<Finding> {
  const subject = "port";
  const server = createServer();
  return await new Promise((done) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      done(
        error.code === "EADDRINUSE"
          ? note(subject, `${port} is in use, maybe by tenantry serve; PORT names another one`)
          : fault(
              subject,
              `${host}:${port} cannot be listened on (${error.code}); set HOST and PORT`,
            ),
      );
    });
    server.listen(port, host, () => server.close(() => done(well(subject, `${port} is free`))));
  });
}
