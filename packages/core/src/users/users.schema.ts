import { z } from "zod";
import {
  emailField,
  externalIdField,
  idField,
  jsonObjectField,
  metadataField,
  nameField,
  searchField,
  timeField,
} from "../fields.ts";
import { hasVisibleText } from "../normalization.ts";
import { pageInput } from "../page.ts";

export const userStatusSchema = z.enum(["active", "deactivated"]);
export type UserStatus = z.infer<typeof userStatusSchema>;

/** A person in one tenant. `username` is unique there regardless of case. Both it and `email` may be absent. */
export const userSchema = z.strictObject({
  id: idField,
  tenant_id: idField,
  username: z.string().nullable(),
  email: z.string().nullable(),
  email_verified: z.boolean(),
  name: z.string().nullable(),
  external_id: z.string().nullable(),
  status: userStatusSchema,
  metadata: jsonObjectField,
  /** Shown only to the operator and tenant administrators. */
  private_metadata: jsonObjectField.optional(),
  client_metadata: jsonObjectField,
  revision: z.int(),
  created_at: timeField,
  updated_at: timeField,
});
export type User = z.infer<typeof userSchema>;

const usernameField = z
  .string()
  .normalize("NFKC")
  .trim()
  .min(1, { error: "is empty; give 1 to 255 characters", abort: true })
  .max(255, "is longer than 255 characters")
  .refine(hasVisibleText, "has only characters that are not shown; give some text");

const writableFields = {
  username: usernameField.nullable(),
  email: emailField.nullable(),
  name: nameField.nullable(),
  external_id: externalIdField.nullable(),
  metadata: metadataField,
  client_metadata: metadataField,
  private_metadata: metadataField,
};

export const createUserSchema = z.strictObject({
  ...z.strictObject(writableFields).partial().shape,
  /** An id of the application's or an identity provider's; by default one is generated. */
  id: idField.optional(),
  tenant_id: idField.optional(),
});
export type CreateUserInput = z.input<typeof createUserSchema>;

export const updateUserSchema = z
  .strictObject({ ...writableFields, status: userStatusSchema, tenant_id: idField })
  .partial();
export type UpdateUserInput = z.input<typeof updateUserSchema>;

export const listUsersSchema = z.strictObject({
  ...pageInput,
  q: searchField.optional(),
  email: z.string().optional(),
  username: z.string().optional(),
  external_id: z.string().optional(),
});
export type ListUsersInput = z.input<typeof listUsersSchema>;
