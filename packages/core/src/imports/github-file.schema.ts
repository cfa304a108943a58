import { z } from "zod";
import { emailField, nameField } from "../fields.ts";
import { maximumTeamDepth } from "../teams/teams.schema.ts";

/**
 * GitHub organizations in one file, in the format of `org.yaml` and `teams.yaml` of github.com/kubernetes/org. Fields
 * that Tenantry's records lack are kept unchanged; only the fields named here are checked.
 */

const owed = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `is missing; give ${what}` : `is not ${what}`,
});

const text = z.string(owed("text")).nullable().optional();
const flag = z.boolean(owed("true or false")).nullable().optional();

/** A person's login. It is kept as the list spells it; logins that differ only in case are one person. */
const loginField = z
  .string(owed("a login"))
  .max(255, "is longer than 255 characters")
  .regex(/^[^\s\p{C}]+$/u, "is not a login: it is empty, or holds a space or a control character");
const loginList = z.array(loginField, owed("a list of logins")).optional();

const organizationLogin = z
  .string(owed("the organization's login"))
  .max(63, "is longer than 63 characters")
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/,
    "is not an organization's login: use letters, digits and hyphens, with a letter or digit at both ends",
  );

/** The schema of teams at one depth. Each depth has its own, so that an endlessly nested file is not followed endlessly. */
function teamSchemaAt(depth: number): z.ZodType {
  const inside = depth < maximumTeamDepth ? teamSchemaAt(depth + 1) : z.unknown();
  return z.looseObject(
    {
      name: nameField,
      description: text.refine((value) => (value ?? "").length <= 1000, {
        error: "is longer than 1000 characters",
      }),
      privacy: text,
      previously: z
        .array(z.string(owed("a name")), owed("a list of names"))
        .nullable()
        .optional(),
      repos: z
        .record(z.string(), z.string(owed("a permission")), owed("an object of permissions"))
        .nullable()
        .optional(),
      maintainers: loginList,
      members: loginList,
      teams: z.array(inside, owed("a list of teams")).optional(),
    },
    owed("a team"),
  );
}

export const githubFileSchema = z.looseObject(
  {
    organizations: z.array(
      z.looseObject(
        {
          login: organizationLogin,
          name: nameField,
          billing_email: emailField.nullable().optional(),
          description: text,
          default_repository_permission: text,
          has_organization_projects: flag,
          has_repository_projects: flag,
          members_can_create_repositories: flag,
          admins: loginList,
          members: loginList,
          teams: z.array(teamSchemaAt(1), owed("a list of teams")).optional(),
        },
        owed("an organization"),
      ),
      owed("a list of organizations"),
    ),
  },
  owed("an object with a list of organizations"),
);

type Fields = Readonly<Record<string, unknown>>;

/** A team in the file; only the fields that the import reads are named. */
export interface GithubTeam extends Fields {
  readonly name: string;
  readonly description?: string | null;
  readonly previously?: readonly string[] | null;
  readonly maintainers?: readonly string[];
  readonly members?: readonly string[];
  readonly teams?: readonly GithubTeam[];
}

/** An organization in the file. */
export interface GithubOrganization extends Fields {
  readonly login: string;
  readonly name: string;
  readonly billing_email?: string | null;
  readonly admins?: readonly string[];
  readonly members?: readonly string[];
  readonly teams?: readonly GithubTeam[];
}

export interface GithubFile extends Fields {
  readonly organizations: readonly GithubOrganization[];
}
