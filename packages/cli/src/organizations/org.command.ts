import {
  type CreateOrganizationInput,
  createOrganization,
  DomainError,
  deleteOrganization,
  getOrganization,
  givenFields,
  listOrganizations,
  type Organization,
  type OrganizationStatus,
  restoreOrganization,
  setBilling,
  setPlan,
  setStatus,
  type UpdateOrganizationInput,
  updateOrganization,
} from "@tenantry/core";
import { findOrganization, findUser } from "../find-records.ts";
import type { GlobalOptions } from "../global-options.ts";
import { formatRest, type PageOptions, readPages } from "../read-pages.ts";
import { formatFields, formatTable, type Output } from "../terminal-output.ts";
import { withTenantry } from "../with-tenantry.ts";

export interface OrgListOptions extends GlobalOptions, PageOptions {
  readonly query?: string;
  readonly plan?: string;
  readonly status?: OrganizationStatus;
}

/** `tenantry org list` */
export async function runOrgList(options: OrgListOptions): Promise<void> {
  await withTenantry(options, "org list", async ({ ctx, output }) => {
    const filter = givenFields({
      q: options.query,
      plan_tier: options.plan,
      status: options.status,
    });
    const page = await readPages<Organization>(options, (asked) =>
      listOrganizations(ctx, { ...filter, ...asked }),
    );
    await output.answer(page, () => {
      const rows = page.items.map((one) => [one.slug, one.name, one.plan_tier, one.status, one.id]);
      return formatTable(["SLUG", "NAME", "PLAN", "STATUS", "ID"], rows) + formatRest(page);
    });
  });
}

/** `tenantry org get ORG` */
export async function runOrgGet(org: string, options: GlobalOptions): Promise<void> {
  await withTenantry(options, "org get", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    await answerOrganization(output, await getOrganization(ctx, id));
  });
}

/** The options that creating and updating share; an empty text clears the field. */
export interface OrgFieldOptions extends GlobalOptions {
  readonly slug?: string;
  readonly plan?: string;
  readonly domain?: string;
  readonly billingEmail?: string;
  readonly externalId?: string;
  readonly metadata?: string;
}

export interface OrgCreateOptions extends OrgFieldOptions {
  readonly owner?: string;
}

/** `tenantry org create NAME` */
export async function runOrgCreate(name: string, options: OrgCreateOptions): Promise<void> {
  await withTenantry(options, "org create", async ({ ctx, output }) => {
    const owner = options.owner === undefined ? undefined : await findUser(ctx, options.owner);
    const input = givenFields({ ...fieldsOf(options), name, owner_user_id: owner?.id });
    await answerOrganization(
      output,
      await createOrganization(ctx, input as CreateOrganizationInput),
    );
  });
}

export interface OrgUpdateOptions extends OrgFieldOptions {
  readonly name?: string;
}

/** `tenantry org update ORG` */
export async function runOrgUpdate(org: string, options: OrgUpdateOptions): Promise<void> {
  await withTenantry(options, "org update", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    const input = givenFields({ ...fieldsOf(options), name: options.name });
    await answerOrganization(
      output,
      await updateOrganization(ctx, id, input as UpdateOrganizationInput),
    );
  });
}

function fieldsOf(options: OrgFieldOptions) {
  return {
    slug: options.slug,
    plan_tier: options.plan,
    domain: emptyAsNull(options.domain),
    billing_email: emptyAsNull(options.billingEmail),
    external_id: emptyAsNull(options.externalId),
    metadata: options.metadata === undefined ? undefined : parseMetadata(options.metadata),
  };
}

function emptyAsNull(text: string | undefined): string | null | undefined {
  return text === "" ? null : text;
}

function parseMetadata(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = 'is not JSON; give an object such as {"team": "blue"}';
    throw new DomainError("invalid_input", `--metadata ${detail}`, {
      fields: [{ pointer: "/metadata", detail }],
      cause: error,
    });
  }
}

/** `tenantry org delete ORG` */
export async function runOrgDelete(org: string, options: GlobalOptions): Promise<void> {
  await withTenantry(options, "org delete", async ({ ctx, output }) => {
    const { id, slug } = await findOrganization(ctx, org);
    await deleteOrganization(ctx, id);
    await output.answer(
      { id, slug, status: "deleted" },
      () => `Deleted ${slug}. tenantry org restore ${slug} brings it back.`,
    );
  });
}

export interface OrgRestoreOptions extends GlobalOptions {
  readonly name?: string;
}

/** `tenantry org restore ORG` */
export async function runOrgRestore(org: string, options: OrgRestoreOptions): Promise<void> {
  await withTenantry(options, "org restore", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    const input = options.name === undefined ? {} : { name: options.name };
    await answerOrganization(output, await restoreOrganization(ctx, id, input));
  });
}

/** `tenantry org set-plan ORG PLAN` */
export async function runOrgSetPlan(
  org: string,
  plan: string,
  options: GlobalOptions,
): Promise<void> {
  await withTenantry(options, "org set-plan", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    await answerOrganization(output, await setPlan(ctx, id, { plan_tier: plan }));
  });
}

/** `tenantry org set-status ORG STATUS` */
export async function runOrgSetStatus(
  org: string,
  status: OrganizationStatus,
  options: GlobalOptions,
): Promise<void> {
  await withTenantry(options, "org set-status", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    await answerOrganization(output, await setStatus(ctx, id, { status }));
  });
}

export interface OrgBillingOptions extends GlobalOptions {
  readonly lago?: string;
  readonly stripe?: string;
}

/** `tenantry org set-billing ORG --lago ID --stripe ID` */
export async function runOrgSetBilling(org: string, options: OrgBillingOptions): Promise<void> {
  await withTenantry(options, "org set-billing", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    const input = givenFields({
      lago_customer_id: emptyAsNull(options.lago),
      stripe_customer_id: emptyAsNull(options.stripe),
    });
    await answerOrganization(output, await setBilling(ctx, id, input));
  });
}

async function answerOrganization(output: Output, organization: Organization): Promise<void> {
  await output.answer(organization, () => formatFields({ ...organization }));
}
