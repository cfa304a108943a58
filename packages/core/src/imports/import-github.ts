import { requireAdministrator } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { type Mutation, mutate } from "../mutation.ts";
import { resolveRoles } from "../roles/held-roles.ts";
import { findGithubFaults } from "./find-github-faults.ts";
import type { GithubFile, GithubOrganization, GithubTeam } from "./github-file.schema.ts";
import { importMembers, pruneMembers } from "./github-members.ts";
import { importOrganizations } from "./github-organizations.ts";
import { importPeople } from "./github-people.ts";
import { importTeams } from "./github-teams.ts";
import type { ImportOptions } from "./import-options.ts";
import { createImportRecorder, type ImportReport } from "./import-report.ts";
import { assertNoFaults, attempt, type ImportRun, memberRole } from "./import-run.ts";

export const githubFormat = "github-organizations";

/**
 * Imports GitHub organizations with their people and teams: admins become owners, members become members. Everything
 * happens in one transaction and through the same functions as any other change, so each row has its event. What
 * exists already and is equal stays untouched. No mail is sent.
 *
 * @throws {DomainError} `invalid_import` with every fault and its place; nothing has changed then.
 */
export async function importGithub(
  ctx: Context,
  data: unknown,
  options: ImportOptions,
): Promise<ImportReport> {
  await requireAdministrator(ctx, ctx.engine.storage.committed, "import");
  assertNoFaults(findGithubFaults(data));
  const file = data as GithubFile;
  return await mutate(ctx, "import", [file, options.prune === true], async (mutation) => {
    await requireAdministrator(ctx, mutation.ports, "import");
    const run = await startRun(mutation, file, options);
    await importFile(run, file);
    assertNoFaults(run.faults);
    return run.recorder.report(githubFormat, ctx.dryRun === true);
  });
}

async function startRun(
  mutation: Mutation,
  file: GithubFile,
  options: ImportOptions,
): Promise<ImportRun> {
  return {
    mutation,
    recorder: createImportRecorder(countEntries(file), options.onProgress ?? (() => {})),
    isPruning: options.prune === true,
    place: "",
    faults: [],
    // The role belongs to the tenant, so it is the same in every organization.
    memberGrants: await resolveRoles(mutation, "", [memberRole]),
  };
}

async function importFile(run: ImportRun, file: GithubFile): Promise<void> {
  const organizations = await importOrganizations(run, file);
  // If organizations or people are missing, later faults could be mere consequences of that.
  assertNoFaults(run.faults);
  const people = await importPeople(run, organizations);
  for (const organization of organizations) {
    const isWhole = await attempt(run, () => importMembers(run, organization, people));
    // People who could not become members cannot join teams either; reporting that would repeat the fault.
    if (!isWhole) continue;
    await attempt(run, () => importTeams(run, organization, people));
    await attempt(run, () => pruneMembers(run, organization, people));
  }
}

function countEntries(file: GithubFile): number {
  const people = new Set<string>();
  let entries = file.organizations.length;
  for (const organization of file.organizations) {
    for (const login of namedIn(organization)) people.add(login.toLowerCase());
    entries += namedIn(organization).length + countTeams(organization.teams ?? []);
  }
  return entries + people.size;
}

function namedIn({ admins, members }: GithubOrganization): readonly string[] {
  return [...(admins ?? []), ...(members ?? [])];
}

function countTeams(teams: readonly GithubTeam[]): number {
  let entries = teams.length;
  for (const team of teams) {
    entries += (team.maintainers ?? []).length + (team.members ?? []).length;
    entries += countTeams(team.teams ?? []);
  }
  return entries;
}

/** Whether a document looks like this format. It may still be invalid. */
export function isGithubFile(data: unknown): boolean {
  return (
    typeof data === "object" && data !== null && !("format" in data) && "organizations" in data
  );
}
