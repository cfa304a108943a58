import { existsSync } from "node:fs";
import {
  type DatabaseInspection,
  type DatabaseLocation,
  type InspectOptions,
  inspectDatabase,
} from "tenantry";
import { formatNumber } from "../terminal-output.ts";
import { type Finding, fault, note, well } from "./finding.ts";

type Found<Kind extends DatabaseInspection["kind"]> = Extract<DatabaseInspection, { kind: Kind }>;

/**
 * Checks that the database is intact, its schema is known and the stored counts match the rows, and whatever is
 * specific to the storage.
 */
export async function checkDatabase(
  location: DatabaseLocation,
  options: InspectOptions,
): Promise<Finding[]> {
  const subject = "database";
  const path = pathOf(location);
  if (path !== undefined && !existsSync(path)) {
    return [note(subject, `none at ${path} yet; the first start makes it`)];
  }
  try {
    const found = await inspectDatabase(location, options);
    return [...checkKind(found), checkSchema(found), ...checkCounts(found)];
  } catch (error) {
    return [fault(subject, error instanceof Error ? error.message : String(error))];
  }
}

function pathOf(location: DatabaseLocation): string | undefined {
  if (location.kind === "postgres") return undefined;
  return location.kind === "sqlite" ? location.path : location.directory;
}

function checkKind(found: DatabaseInspection): Finding[] {
  if (found.kind === "sqlite") return checkFile(found);
  return found.kind === "json" ? checkJsonDirectory(found) : checkServer(found);
}

function checkSchema({ migrations_applied, migrations_pending }: DatabaseInspection): Finding {
  if (migrations_pending.length === 0) return well("schema", migrations_applied.at(-1) ?? "none");
  const pending = migrations_pending.join(", ");
  return note("schema", `${pending} will be applied by the next start or by tenantry migrate`);
}

function checkCounts({ organizations, users, count_faults }: DatabaseInspection): Finding[] {
  const counts = `${formatNumber(organizations)} organizations, ${formatNumber(users)} users`;
  return faultsOr("counts", count_faults, counts);
}

function checkFile(found: Found<"sqlite">): Finding[] {
  return [
    ...faultsOr("integrity", found.integrity_faults, `sound, ${formatNumber(found.bytes)} bytes`),
    ...faultsOr("references", found.foreign_key_faults, "every row that is named is there"),
  ];
}

/** Damage, and anything that the Python module's loader would refuse, was refused when it was opened. */
function checkJsonDirectory(found: Found<"json">): Finding[] {
  const commits = formatNumber(found.journal_commits);
  const findings = [
    well("files", `every one can be read, ${formatNumber(found.bytes)} bytes`),
    well("journal", `${commits} commits that the tables' files do not have yet`),
  ];
  if (found.journal_half_bytes > 0) {
    findings.push(
      note(
        "journal",
        "it ends with half a commit, whose writer ended and told nobody that it was done; the next opening takes it away",
      ),
    );
  }
  if (found.is_upgrade_unfinished) {
    findings.push(
      note("files", "an upgrade ended in the middle; the next opening goes on with it"),
    );
  }
  if (found.is_behind) {
    findings.push(
      note("source files", "they are behind the journal; the next opening brings them up to it"),
    );
  }
  if (found.foreign_edits > 0) {
    const edits = formatNumber(found.foreign_edits);
    findings.push(
      note(
        "source files",
        `${edits} records were changed by others; the next opening takes them in`,
      ),
    );
  }
  if (found.is_open) {
    findings.push(
      note(
        "in use",
        "a program has it open; stop it before the Python module writes the directory",
      ),
    );
  }
  return findings;
}

function checkServer(found: Found<"postgres">): Finding[] {
  const { owner, server } = found;
  return [
    well("server", `${server}, version ${found.version}`),
    checkAccess(found.access),
    found.may_create_databases
      ? well("rights", `${owner} may make databases`)
      : note(
          "rights",
          `${owner} may not make databases, which a tenant with a database of its own needs; run as a superuser: ALTER ROLE "${owner}" CREATEDB`,
        ),
    ...found.replicas.map((replica) =>
      replica.fault === null
        ? well(
            "replica",
            `${replica.server}, ${formatNumber(replica.bytes_behind ?? 0)} bytes behind`,
          )
        : fault("replica", `${replica.server}: ${replica.fault}`),
    ),
  ];
}

/** With a warning everything works, but one of the protections is missing. */
function checkAccess({ user, warning, fault: why }: Found<"postgres">["access"]): Finding {
  const subject = "row-level security";
  if (why !== null) return fault(subject, why);
  if (warning !== null) return note(subject, warning);
  return well(subject, `holds ${user}, as whom statements run`);
}

function faultsOr(subject: string, faults: readonly string[], otherwise: string): Finding[] {
  return faults.length === 0
    ? [well(subject, otherwise)]
    : faults.map((one) => fault(subject, `${one}; restore a backup, or ask for help`));
}
