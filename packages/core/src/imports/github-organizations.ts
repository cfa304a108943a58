import { metadataField } from "../fields.ts";
import { pointer } from "../input.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import { nameKey, normalizeEmail } from "../normalization.ts";
import { insertOrganization } from "../organizations/create-organization.ts";
import { changeOrganization } from "../organizations/organization-record.ts";
import type { OrganizationRecord } from "../organizations/organizations.store.ts";
import type { GithubFile, GithubOrganization } from "./github-file.schema.ts";
import {
  githubKey,
  type KeptFields,
  keepOrganization,
  keptOf,
  nameOf,
  slugOf,
} from "./github-metadata.ts";
import type { ImportedOrganization, ImportRun } from "./import-run.ts";
import { keepPositions } from "./list-positions.ts";

type Imported = ImportedOrganization<GithubOrganization>;

/**
 * Locks the organizations of the file that exist here, in ascending order, and creates the others. Conflicts are
 * collected as faults for all of them before anything is written.
 */
export async function importOrganizations(
  run: ImportRun,
  { organizations, ...file }: GithubFile,
): Promise<readonly Imported[]> {
  const { mutation } = run;
  const found: (OrganizationRecord | undefined)[] = [];
  for (const raw of organizations) found.push(await findOrganization(mutation, raw.login));
  const ids = found.flatMap((record) => record?.id ?? []);
  const locked = new Map<string, LockedOrganization>();
  for (const id of ids.toSorted()) {
    const organization = await mutation.lockOrganization(id);
    if (organization !== undefined) locked.set(id, organization);
  }
  const present = found.map((record) => (record === undefined ? undefined : locked.get(record.id)));
  const positions = keepPositions(
    present.map((one) => one && keptOf(one.record.metadata)?.position),
  );
  const kept = organizations.map((raw, index) =>
    keepOrganization(raw, positions[index] as number, file),
  );
  for (const [index, raw] of organizations.entries()) {
    await findObstacles(run, raw, index, present[index], kept[index]);
  }
  if (run.faults.length > 0) return [];
  const imported: Imported[] = [];
  for (const [index, raw] of organizations.entries()) {
    const at = pointer(["organizations", index]);
    run.place = at;
    imported.push(await importOrganization(run, raw, at, present[index], kept[index] ?? {}));
  }
  return imported;
}

/** Finds an organization, deleted ones too: by its login as external id, which survives a changed slug, or else by slug. */
async function findOrganization(
  mutation: Mutation,
  login: string,
): Promise<OrganizationRecord | undefined> {
  const { organizations } = mutation.ports;
  const { tenantId } = mutation.ctx;
  for (const status of [undefined, "deleted"] as const) {
    const filter = { external_id: login, status };
    const page = { limit: 1, after: null, skip: 0, total: false };
    const [item] = JSON.parse((await organizations.list(tenantId, filter, page)).items_json);
    if (item !== undefined) return await organizations.find(tenantId, item.id);
  }
  return await organizations.findBySlug(tenantId, slugOf(login));
}

async function findObstacles(
  run: ImportRun,
  raw: GithubOrganization,
  index: number,
  present: LockedOrganization | undefined,
  kept: unknown,
): Promise<void> {
  const { ctx, ports } = run.mutation;
  const fault = (field: string[], detail: string) =>
    run.faults.push({ pointer: pointer(["organizations", index, ...field]), detail });
  if (present?.record.status === "deleted") {
    fault(
      ["login"],
      `is the deleted organization ${present.record.slug}; restore or purge it first`,
    );
  }
  const name = nameOf(raw.name);
  const other = await ports.organizations.findByNameKey(ctx.tenantId, nameKey(name));
  if (other !== undefined && other.id !== present?.record.id) {
    fault(["name"], `is the name of the organization ${other.slug} as well; rename one of them`);
  }
  const metadata = metadataField.safeParse({ ...present?.record.metadata, [githubKey]: kept });
  if (!metadata.success) {
    fault([], "has more in fields that Tenantry lacks than metadata holds (64 KiB as JSON)");
  }
}

async function importOrganization(
  run: ImportRun,
  raw: GithubOrganization,
  at: string,
  present: LockedOrganization | undefined,
  kept: KeptFields,
): Promise<Imported> {
  const { mutation, recorder } = run;
  const name = nameOf(raw.name);
  const entry = { kind: "organizations", organization: slugOf(raw.login), name } as const;
  const fields = { name, billing_email: billingEmailOf(raw, present?.record) };
  if (present === undefined) {
    const people = (raw.admins ?? []).length + (raw.members ?? []).length;
    const founding = {
      ...fields,
      slug: slugOf(raw.login),
      external_id: raw.login,
      metadata: { [githubKey]: kept },
    };
    const locked = await insertOrganization(mutation, founding, people);
    recorder.record("created", entry, false);
    return { raw, pointer: at, locked, isNew: true };
  }
  const before = present.record;
  await changeOrganization(
    mutation,
    present,
    {
      ...fields,
      name_key: nameKey(name),
      metadata: { ...before.metadata, [githubKey]: kept },
    },
    "organization.updated",
  );
  recorder.record(present.record === before ? "unchanged" : "updated", entry, false);
  return { raw, pointer: at, locked: present, isNew: false };
}

/** If the file has no address, one that came from an import is cleared, and one that was set here stays. */
function billingEmailOf(
  raw: GithubOrganization,
  present: OrganizationRecord | undefined,
): string | null {
  if (raw.billing_email) return normalizeEmail(raw.billing_email);
  const isOurs = present !== undefined && keptOf(present.metadata) === undefined;
  return isOurs ? present.billing_email : null;
}
