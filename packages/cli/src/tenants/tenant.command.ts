import {
  type Context,
  type CreateTenantInput,
  createTenant,
  DomainError,
  deleteTenant,
  getTenant,
  givenFields,
  listTenants,
  purgeTenant,
  restoreTenant,
  setTenantStatus,
  type Tenant,
  type TenantPlacement,
  type TenantStatus,
  updateTenant,
} from "@tenantry/core";
import type { GlobalOptions } from "../global-options.ts";
import { formatRest, type PageOptions, readPages } from "../read-pages.ts";
import { formatFields, formatTable } from "../terminal-output.ts";
import { withTenantry } from "../with-tenantry.ts";
import { readPassword } from "./read-password.ts";

export interface TenantListOptions extends GlobalOptions, PageOptions {
  readonly query?: string;
  readonly status?: TenantStatus;
}

/** `tenantry tenant list` */
export async function runTenantList(options: TenantListOptions): Promise<void> {
  await withTenantry(options, "tenant list", async ({ ctx, output }) => {
    const filter = givenFields({ q: options.query, status: options.status });
    const page = await readPages<Tenant>(options, (asked) =>
      listTenants(ctx, { ...filter, ...asked }),
    );
    await output.answer(page, () => {
      const rows = page.items.map((one) => [one.slug, one.name, one.placement, one.status, one.id]);
      return formatTable(["SLUG", "NAME", "PLACEMENT", "STATUS", "ID"], rows) + formatRest(page);
    });
  });
}

/** `tenantry tenant show TENANT` */
export async function runTenantShow(tenant: string, options: GlobalOptions): Promise<void> {
  await answerTenant(options, "tenant show", (ctx) => getTenant(ctx, tenant));
}

export interface TenantCreateOptions extends GlobalOptions {
  readonly slug?: string;
  readonly placement?: TenantPlacement;
  /** An e-mail address. */
  readonly administrator?: string;
  readonly administratorName?: string;
  readonly passwordStdin?: boolean;
}

/** `tenantry tenant create NAME` */
export async function runTenantCreate(name: string, options: TenantCreateOptions): Promise<void> {
  const { slug, placement } = options;
  const administrator = await readAdministrator(options);
  const input = givenFields({ name, slug, placement, administrator });
  await answerTenant(options, "tenant create", (ctx) =>
    createTenant(ctx, input as CreateTenantInput),
  );
}

/** The password is read from standard input, because arguments are visible to everybody on the machine. */
async function readAdministrator(options: TenantCreateOptions) {
  const { administrator: email, administratorName: name, passwordStdin } = options;
  if (email !== undefined) {
    const password = passwordStdin ? await readPassword() : undefined;
    return givenFields({ email, name, password });
  }
  if (name === undefined && !passwordStdin) return undefined;
  const detail = "is missing; give the e-mail address of the administrator whom you describe";
  throw new DomainError("invalid_input", `--administrator ${detail}`, {
    fields: [{ pointer: "/administrator", detail }],
  });
}

export interface TenantUpdateOptions extends GlobalOptions {
  readonly name?: string;
  readonly slug?: string;
}

/** `tenantry tenant update TENANT` */
export async function runTenantUpdate(tenant: string, options: TenantUpdateOptions): Promise<void> {
  const { name, slug } = options;
  await answerTenant(options, "tenant update", (ctx) =>
    updateTenant(ctx, tenant, givenFields({ name, slug })),
  );
}

/** `tenantry tenant suspend TENANT`, `tenantry tenant activate TENANT` */
export async function runTenantSetStatus(
  tenant: string,
  status: TenantStatus,
  options: GlobalOptions,
): Promise<void> {
  await answerTenant(options, "tenant status", async (ctx) => {
    const { status: before, slug } = await getTenant(ctx, tenant);
    if (before === "deleted") {
      throw new DomainError(
        "tenant_deleted",
        `The tenant ${slug} is deleted; tenantry tenant restore ${slug} brings it back`,
      );
    }
    return await setTenantStatus(ctx, tenant, { status });
  });
}

/** `tenantry tenant delete TENANT` */
export async function runTenantDelete(tenant: string, options: GlobalOptions): Promise<void> {
  await withTenantry(options, "tenant delete", async ({ ctx, output }) => {
    const { id, slug } = await getTenant(ctx, tenant);
    await deleteTenant(ctx, id);
    await output.answer(
      { id, slug, status: "deleted" },
      () => `Deleted ${slug}. tenantry tenant restore ${slug} brings it back.`,
    );
  });
}

/** `tenantry tenant restore TENANT` */
export async function runTenantRestore(tenant: string, options: GlobalOptions): Promise<void> {
  await answerTenant(options, "tenant restore", (ctx) => restoreTenant(ctx, tenant));
}

export interface TenantPurgeOptions extends GlobalOptions {
  readonly keepDatabase?: boolean;
}

/** `tenantry tenant purge TENANT` */
export async function runTenantPurge(tenant: string, options: TenantPurgeOptions): Promise<void> {
  await withTenantry(options, "tenant purge", async ({ ctx, output }) => {
    const purged = await purgeTenant(ctx, tenant, { keep_database: options.keepDatabase });
    const { slug, kept_database: kept } = purged;
    await output.answer(purged, () =>
      kept === null
        ? `Purged ${slug}; nothing of it is left, and its slug is free.`
        : `Purged ${slug}; its slug is free. Its database ${kept.database} is kept on the server ${kept.server}.`,
    );
  });
}

async function answerTenant(
  options: GlobalOptions,
  command: string,
  work: (ctx: Context) => Promise<Tenant>,
): Promise<void> {
  await withTenantry(options, command, async ({ ctx, output }) => {
    const tenant = await work(ctx);
    await output.answer(tenant, () => formatFields({ ...tenant }));
  });
}
