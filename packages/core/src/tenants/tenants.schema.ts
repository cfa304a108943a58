import { z } from "zod";
import { emailField, idField, nameField, searchField, slugField, timeField } from "../fields.ts";
import { pageInput } from "../page.ts";
import { passwordField } from "../sessions/sessions.schema.ts";
import { userSchema } from "../users/users.schema.ts";

export const tenantStatusSchema = z.enum(["active", "suspended", "deleted"]);
export type TenantStatus = z.infer<typeof tenantStatusSchema>;

/** Where a tenant lives: in the main database with others, or in a database of its own. */
export const tenantPlacementSchema = z.enum(["shared", "dedicated"]);
export type TenantPlacement = z.infer<typeof tenantPlacementSchema>;

/** A tenant: its own users, roles and plans. `short_id` is part of its opaque credentials. */
export const tenantSchema = z.strictObject({
  id: idField,
  slug: z.string(),
  short_id: z.string(),
  name: z.string(),
  status: tenantStatusSchema,
  placement: tenantPlacementSchema,
  /** Counts the mutations of the tenant and of everything in it that belongs to no organization. */
  revision: z.int(),
  /** The revision at which the tenant's own row last changed: its ETag. */
  row_revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
  deleted_at: timeField.nullable(),
});
export type Tenant = z.infer<typeof tenantSchema>;

/** The tenant that exists from the first start, so that users who need only one never meet tenants. */
export const defaultTenantSlug = "default";

/** The first administrator of a new tenant. Without a password they cannot log in with one. */
const firstAdministratorSchema = z.strictObject({
  email: emailField,
  name: nameField.optional(),
  password: passwordField.optional(),
});

export const createTenantSchema = z.strictObject({
  name: nameField,
  /** By default made from the name. */
  slug: slugField.optional(),
  placement: tenantPlacementSchema.default("shared"),
  administrator: firstAdministratorSchema.optional(),
});
export type CreateTenantInput = z.input<typeof createTenantSchema>;

/** A new tenant, with its first administrator if one was given. */
export const createdTenantSchema = tenantSchema.extend({ administrator: userSchema.optional() });
export type CreatedTenant = z.infer<typeof createdTenantSchema>;

/** An absent field keeps its value. */
export const updateTenantSchema = z.strictObject({ name: nameField, slug: slugField }).partial();
export type UpdateTenantInput = z.input<typeof updateTenantSchema>;

export const setTenantStatusSchema = z.strictObject({ status: tenantStatusSchema });

export const listTenantsSchema = z.strictObject({
  ...pageInput,
  /** A part of the name or slug. */
  q: searchField.optional(),
  status: tenantStatusSchema.optional(),
});
export type ListTenantsInput = z.input<typeof listTenantsSchema>;
