import { z } from "zod";
import { emailField, nameField } from "../fields.ts";
import { passwordField } from "../sessions/sessions.schema.ts";

export const registerOrganizationSchema = z.strictObject({
  email: emailField,
  password: passwordField,
  organization_name: nameField,
});
export type RegisterOrganizationInput = z.input<typeof registerOrganizationSchema>;

export const namedOrganizationSchema = registerOrganizationSchema.pick({ organization_name: true });
export type NamedOrganizationInput = z.input<typeof namedOrganizationSchema>;

/** A registered organization as callers see it. */
export const registeredOrganizationSchema = z.strictObject({
  /** Its number in the installation. */
  id: z.int(),
  name: z.string(),
  admin_email: z.string(),
  /** UTC to the second, without a zone designator. */
  created_at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
});
export type RegisteredOrganization = z.infer<typeof registeredOrganizationSchema>;
