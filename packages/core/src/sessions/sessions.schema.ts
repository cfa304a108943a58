import { z } from "zod";
import { emailField, nameField } from "../fields.ts";

/** NIST SP 800-63B: length matters, without composition rules. The upper bound keeps hashing cheap. */
export const passwordField = z
  .string("is not text; give a password")
  .min(8, "is too short; give at least 8 characters")
  .max(256, "is longer than 256 characters");

export const registerSchema = z.strictObject({
  email: emailField,
  password: passwordField,
  name: nameField,
});
export type RegisterInput = z.input<typeof registerSchema>;

export const loginSchema = z.strictObject({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(256),
});
export type LoginInput = z.input<typeof loginSchema>;

export const refreshSchema = z.strictObject({ refresh_token: z.string().min(1).max(255) });
export type RefreshInput = z.input<typeof refreshSchema>;
