import { z } from "zod";

/** What a setting is made of. Everything comes as text; a field reads it. */
export interface SettingField<T> {
  /** The environment variable. */
  readonly name: string;
  /** What it does, for `.env.example` and the documentation. */
  readonly description: string;
  readonly schema: z.ZodType<T, string | undefined>;
  /** As it is shown in `.env.example`; empty where there is no default. */
  readonly example: string;
  /** A secret is never shown, and may be given as a file: NAME_FILE. */
  readonly isSecret: boolean;
}

type Declared<T> = Pick<SettingField<T>, "name" | "description" | "schema"> &
  Partial<Pick<SettingField<T>, "example" | "isSecret">>;

export function setting<T>(field: Declared<T>): SettingField<T> {
  return { example: "", isSecret: false, ...field };
}

/** Text that may be absent. */
export const optionalText = z.string().optional();

export function textOr(fallback: string) {
  return z
    .string()
    .optional()
    .transform((text) => text ?? fallback);
}

/** A whole number within bounds. */
export function wholeNumber(fallback: number, minimum: number, maximum: number) {
  const owed = `is not a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, owed)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, owed)
    .optional()
    .transform((value) => value ?? fallback);
}

/** `true` or `false`; `1`, `0`, `yes`, `no`, `on` and `off` are understood as well. */
export function flag(fallback: boolean) {
  const known = new Map([
    ...["true", "1", "yes", "on"].map((text) => [text, true] as const),
    ...["false", "0", "no", "off"].map((text) => [text, false] as const),
  ]);
  return z
    .string()
    .toLowerCase()
    .refine((text) => known.has(text), "is neither true nor false")
    .transform((text) => known.get(text) ?? fallback)
    .optional()
    .transform((value) => value ?? fallback);
}

export function oneOf<const T extends readonly [string, ...string[]]>(
  fallback: T[number],
  choices: T,
) {
  return z
    .enum(choices, `is not one of: ${choices.join(", ")}`)
    .optional()
    .transform((value): T[number] => value ?? fallback);
}

/** Texts between commas. */
export const list = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? "")
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  );
