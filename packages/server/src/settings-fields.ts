import { z } from "zod";

/** The definition of a setting. Every value comes as text, which the field parses. */
export interface SettingField<T> {
  /** The environment variable. */
  readonly name: string;
  /** What it does, for `.env.example` and the documentation. */
  readonly description: string;
  readonly schema: z.ZodType<T, string | undefined>;
  /** The value shown in `.env.example`; empty where there is no default. */
  readonly example: string;
  /** A secret is never shown, and may be given as a file in NAME_FILE. */
  readonly isSecret: boolean;
}

type Declared<T> = Pick<SettingField<T>, "name" | "description" | "schema"> &
  Partial<Pick<SettingField<T>, "example" | "isSecret">>;

export function setting<T>(field: Declared<T>): SettingField<T> {
  return { example: "", isSecret: false, ...field };
}

/** Optional text. */
export const optionalText = z.string().optional();

export function textOr(fallback: string) {
  return z
    .string()
    .optional()
    .transform((text) => text ?? fallback);
}

/** A whole number within limits. */
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

/** `true` or `false`; `1`, `0`, `yes`, `no`, `on` and `off` are accepted as well. */
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

/** A list separated by commas. */
export const list = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? "")
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  );

/** Names that have a meaning of their own: as `--to` of a move, or for the server of the main database. */
const ownNames: ReadonlySet<string> = new Set(["main", "shared", "dedicated"]);

/**
 * A map from `eu=postgres://…,us=postgres://…`. An address may contain a password, so messages only show a name or,
 * if there is none, the number of the entry.
 */
export const tenantServers = list.transform((entries, ctx): ReadonlyMap<string, string> => {
  const servers = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    const [, name, url] = /^([a-z0-9][a-z0-9-]{0,31})=(.*)$/.exec(entry) ?? [];
    const fault = (message: string) => ctx.addIssue({ code: "custom", message });
    if (name === undefined || url === undefined) {
      fault(
        `has no name in its entry ${index + 1}: write NAME=postgres://…, the name in small letters and digits, a comma in a password as %2C`,
      );
    } else if (ownNames.has(name)) {
      fault(`has a server ${name}, a name that is taken; choose another`);
    } else if (servers.has(name)) {
      fault(`names ${name} twice`);
    } else if (!/^postgres(ql)?:\/\/./.test(url) || !URL.canParse(url)) {
      fault(`has no address such as postgres://user:password@host/database for ${name}`);
    } else {
      servers.set(name, url);
    }
  }
  return servers;
});
