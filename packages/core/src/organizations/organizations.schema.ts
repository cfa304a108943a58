import { z } from "zod";
import {
  domainField,
  emailField,
  externalIdField,
  idField,
  jsonObjectField,
  keyField,
  metadataField,
  nameField,
  searchField,
  slugField,
  timeField,
} from "../fields.ts";
import { pageInput } from "../page.ts";

export const organizationStatusSchema = z.enum(["active", "suspended", "deleted"]);
export type OrganizationStatus = z.infer<typeof organizationStatusSchema>;

const billingAddressField = z.union(
  [z.string().max(2000), metadataField],
  "is not an address; give text of at most 2000 characters, or an object of at most 64 KiB as JSON",
);

/** An organization as everybody who may read it sees it. */
export const organizationSchema = z.strictObject({
  id: idField,
  tenant_id: idField,
  name: z.string(),
  slug: z.string(),
  domain: z.string().nullable(),
  billing_email: z.string().nullable(),
  billing_address: billingAddressField.nullable(),
  plan_tier: z.string(),
  status: organizationStatusSchema,
  lago_customer_id: z.string().nullable(),
  stripe_customer_id: z.string().nullable(),
  logo_url: z.string().nullable(),
  metadata: jsonObjectField,
  /** Shown only to the operator and tenant administrators. */
  private_metadata: jsonObjectField.optional(),
  client_metadata: jsonObjectField,
  external_id: z.string().nullable(),
  /** Counts the mutations of the organization and of everything in it. `minimum_revision` refers to it. */
  revision: z.int(),
  /** The revision at which the organization's own row last changed: its ETag. */
  row_revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
  deleted_at: timeField.nullable(),
});
export type Organization = z.infer<typeof organizationSchema>;

/** Counts that are maintained with each write, so that reading them costs the same at any size. */
export const organizationStatsSchema = z.strictObject({
  member_count: z.int(),
  project_count: z.int(),
  model_count: z.int(),
  experiment_count: z.int(),
  deployment_count: z.int(),
});
export type OrganizationStats = z.infer<typeof organizationStatsSchema>;

export const organizationWithStatsSchema = organizationSchema.extend({
  stats: organizationStatsSchema,
});
export type OrganizationWithStats = z.infer<typeof organizationWithStatsSchema>;

const httpsUrlField = z
  .url({
    protocol: /^https$/,
    error: "is not an https address; give one such as https://example.com/logo.png",
  })
  .max(2000, "is longer than 2000 characters");
const billingIdField = z.string().min(1, "is empty; null clears it").max(255);

const writableFields = {
  name: nameField,
  slug: slugField,
  domain: domainField.nullable(),
  billing_email: emailField.nullable(),
  billing_address: billingAddressField.nullable(),
  logo_url: httpsUrlField.nullable(),
  metadata: metadataField,
  client_metadata: metadataField,
  private_metadata: metadataField,
  external_id: externalIdField.nullable(),
};

export const createOrganizationSchema = z.strictObject({
  ...z.strictObject(writableFields).partial().shape,
  name: nameField,
  plan_tier: keyField.optional(),
  /** The organization's tenant. If given, it must be the caller's own; otherwise the answer is 404. */
  tenant_id: idField.optional(),
  /** The first owner; by default the calling user. Only the operator and tenant administrators may name somebody else. */
  owner_user_id: idField.optional(),
});
export type CreateOrganizationInput = z.input<typeof createOrganizationSchema>;

/** An absent field keeps its value; `null` clears it. */
export const updateOrganizationSchema = z
  .strictObject({ ...writableFields, plan_tier: keyField, tenant_id: idField })
  .partial();
export type UpdateOrganizationInput = z.input<typeof updateOrganizationSchema>;

export const setPlanSchema = z.strictObject({ plan_tier: keyField });
export const setStatusSchema = z.strictObject({ status: organizationStatusSchema });
export const setBillingSchema = z
  .strictObject({
    lago_customer_id: billingIdField.nullable(),
    stripe_customer_id: billingIdField.nullable(),
  })
  .partial();
export type SetBillingInput = z.input<typeof setBillingSchema>;

/** A new name, for an organization whose old name is taken by now. */
export const restoreOrganizationSchema = z.strictObject({ name: nameField.optional() });
export type RestoreOrganizationInput = z.input<typeof restoreOrganizationSchema>;

export const listOrganizationsSchema = z.strictObject({
  ...pageInput,
  q: searchField.optional(),
  name: searchField.optional(),
  domain: z.string().toLowerCase().optional(),
  external_id: z.string().optional(),
  plan_tier: z.string().optional(),
  status: organizationStatusSchema.optional(),
});
export type ListOrganizationsInput = z.input<typeof listOrganizationsSchema>;
