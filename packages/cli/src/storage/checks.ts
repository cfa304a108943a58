import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { type DatabaseLocation, inspectDatabase } from "tenantry";
import { formatNumber } from "../terminal-output.ts";

/** What a check found. A note is worth knowing and no reason to worry. */
export interface Finding {
  readonly state: "well" | "note" | "fault";
  readonly subject: string;
  readonly says: string;
}

const well = (subject: string, says: string): Finding => ({ state: "well", subject, says });
const note = (subject: string, says: string): Finding => ({ state: "note", subject, says });
const fault = (subject: string, says: string): Finding => ({ state: "fault", subject, says });

export function checkVersions(): Finding[] {
  const { node, sqlite } = process.versions;
  const isRecent = Number(node.split(".")[0]) >= 24;
  return [
    isRecent ? well("node", node) : fault("node", `${node} is too old; use Node 24 or newer`),
    well("sqlite", sqlite ?? "none"),
  ];
}

/** The directory that holds the data: there, writable, and nobody else's to read. */
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
  const files = location.kind === "sqlite" ? [location.path] : [];
  return [
    well(subject, directory),
    ...files
      .filter((file) => existsSync(file) && isOpenToOthers(file))
      .map((file) =>
        fault(subject, `${file} can be read by other users of this machine; chmod 600 ${file}`),
      ),
  ];
}

function isOpenToOthers(path: string): boolean {
  return process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0;
}

/** The file whole, its schema known, the counts that are kept true to the rows that they count. */
export function checkDatabase(location: DatabaseLocation): Finding[] {
  const subject = "database";
  if (location.kind !== "sqlite") return [note(subject, `${location.kind} is not looked through`)];
  if (!existsSync(location.path)) {
    return [note(subject, `none at ${location.path} yet; the first start makes it`)];
  }
  try {
    const found = inspectDatabase(location);
    const pending = found.migrations_pending;
    return [
      ...faultsOr("integrity", found.integrity_faults, `sound, ${formatNumber(found.bytes)} bytes`),
      ...faultsOr("references", found.foreign_key_faults, "every row that is named is there"),
      pending.length === 0
        ? well("schema", found.migrations_applied.at(-1) ?? "none")
        : note(
            "schema",
            `${pending.join(", ")} will be applied by the next start or by tenantry migrate`,
          ),
      ...faultsOr(
        "counts",
        found.count_faults,
        `${formatNumber(found.organizations)} organizations, ${formatNumber(found.users)} users`,
      ),
    ];
  } catch (error) {
    return [fault(subject, error instanceof Error ? error.message : String(error))];
  }
}

function faultsOr(subject: string, faults: readonly string[], otherwise: string): Finding[] {
  return faults.length === 0
    ? [well(subject, otherwise)]
    : faults.map((one) => fault(subject, `${one}; restore a backup, or ask for help`));
}

/** Whether `serve` could listen. A port in use is mostly the server itself, so it is a note. */
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
