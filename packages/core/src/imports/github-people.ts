import { usernameKey } from "../normalization.ts";
import { insertUser } from "../users/user-record.ts";
import type { GithubOrganization } from "./github-file.schema.ts";
import type { ImportRun } from "./import-run.ts";

/** A person of the file and their user here. */
export interface Person {
  readonly id: string;
  readonly username: string | null;
  readonly isActive: boolean;
}

/** The people of the file by the normalized key of their login. */
export type People = ReadonlyMap<string, Person>;

/**
 * Finds or creates all users whom the organizations name. Logins that differ only in case are one person, spelt as at
 * the first occurrence. A login may also be the id of a user without a username, because that is how the export names
 * them.
 */
export async function importPeople(
  run: ImportRun,
  organizations: readonly { readonly raw: GithubOrganization }[],
): Promise<People> {
  const people = new Map<string, Person>();
  for (const { raw } of organizations) {
    for (const login of [...(raw.admins ?? []), ...(raw.members ?? [])]) {
      const key = usernameKey(login);
      if (!people.has(key)) people.set(key, await importPerson(run, login, key));
    }
  }
  return people;
}

async function importPerson(run: ImportRun, login: string, key: string): Promise<Person> {
  const { mutation, recorder } = run;
  const { users } = mutation.ports;
  const { tenantId } = mutation.ctx;
  const found =
    (await users.findByUsernameKey(tenantId, key)) ?? (await users.find(tenantId, login));
  const user = found ?? (await insertUser(mutation, { username: login.normalize("NFKC") }));
  const outcome = found === undefined ? "created" : "unchanged";
  // A new user is reported with the membership that brings them.
  recorder.record(outcome, { kind: "users", organization: null, name: login }, true);
  return { id: user.id, username: user.username, isActive: user.status === "active" };
}
