import { z } from "zod";
import { externalIdField, idField, keyField, nameField, timeField } from "../fields.ts";
import { pageInput } from "../page.ts";

/** The types that an organization's statistics count. Applications may register other types as well. */
export const countedResourceTypes = ["project", "model", "experiment", "deployment"] as const;
export type CountedResourceType = (typeof countedResourceTypes)[number];

/** Something of the application's that belongs to an organization, identified by its type and the application's own id. */
export const resourceSchema = z.strictObject({
  tenant_id: idField,
  organization_id: idField,
  type: keyField,
  external_id: externalIdField,
  name: z.string().nullable(),
  revision: z.int(),
  created_at: timeField,
});
export type Resource = z.infer<typeof resourceSchema>;

export const registerResourceSchema = z.strictObject({
  type: keyField,
  external_id: externalIdField,
  name: nameField.nullable().default(null),
});
export type RegisterResourceInput = z.input<typeof registerResourceSchema>;

export const listResourcesSchema = z.strictObject({ ...pageInput, type: z.string().optional() });
export type ListResourcesInput = z.input<typeof listResourcesSchema>;
