import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { DomainError } from "@tenantry/core";
import { ledgerTables } from "@tenantry/storage-sql";
import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";
import { migrationKey } from "./advisory-locks.ts";
import { type ConnectionSettings, connectOnce, createClient } from "./connection.ts";
import { isLoginRefused, toStorageError } from "./postgres-error.ts";

/** What the storage works with after its opening. */
export interface Access {
  readonly settings: ConnectionSettings;
  /** What an operator should know: the second wall between tenants is lower than it could be. */
  readonly warning?: string;
}

/** What the owner of the tables may, and what stands in the way of somebody else's work on them. */
interface OwnerState {
  readonly owner: string;
  readonly schema: string;
  /** Row-level security is nothing to them. */
  readonly bypasses: boolean;
  readonly may_create_roles: boolean;
}

/**
 * Finds the role that does everything but migrations: it owns nothing, and so cannot take a policy away (ADR 0012). `SET ROLE` would be no
 * wall, since whoever speaks on the connection can go back; so the role logs in by itself.
 *
 * - With `ownerUrl`, the operator has made it: it is the user of `url`, and is refused where it could get past the policies.
 * - Else it is made, where the user of `url` may make roles. Its password follows from theirs, so that every process knows it and it is kept nowhere.
 * - Else the user of `url` works on, bound by the policies as their owner, and a warning says what is missing.
 */
export async function prepareAccess(
  owner: Client,
  settings: ConnectionSettings,
  server: string,
): Promise<Access> {
  const state = await readOwnerState(owner);
  const there = { ...settings, schema: state.schema };
  if (settings.ownerUrl !== undefined) return await useGivenRole(owner, there, server);
  if (!state.may_create_roles) return { settings: there, warning: withoutRole(state, server) };
  const role = roleName(state.owner);
  const password = rolePassword(owner.password ?? undefined, role);
  const own = { ...there, login: { user: role, password } };
  await makeRole(owner, role, password);
  await grant(owner, role);
  try {
    await logIn(owner, own, role, password);
  } catch (error) {
    // The server's own list of who may come in (pg_hba.conf) leaves the new role out, or somebody else has it.
    if (isLoginRefused(error) || isForbidden(error)) {
      return { settings: there, warning: withoutRole(state, server) };
    }
    throw error;
  }
  return { settings: own };
}

/** Who would work on the database, as far as that can be told without making or changing anything. */
export interface AccessInspection {
  readonly user: string;
  /** What makes the second wall between tenants lower than it could be. */
  readonly warning: string | null;
  /** Why nothing could be opened as it is. */
  readonly fault: string | null;
}

/** Finds what {@link prepareAccess} would, and changes nothing: a role that is missing is not made. */
export async function inspectAccess(
  owner: Client,
  settings: ConnectionSettings,
  server: string,
): Promise<AccessInspection & { readonly settings: ConnectionSettings }> {
  const state = await readOwnerState(owner);
  const there = { ...settings, schema: state.schema };
  const as = (user: string, warning: string | null = null, fault: string | null = null) => ({
    user,
    warning,
    fault,
  });
  if (settings.ownerUrl !== undefined) {
    const fault = await connectOnce(there, assertBound).then(
      () => null,
      (error: unknown) => reasonOf(error, server),
    );
    const user = createClient(settings).user ?? "the user of DATABASE_URL";
    return { ...as(user, null, fault), settings: there };
  }
  const asOwner = as(state.owner, withoutRole(state, server));
  if (!state.may_create_roles) return { ...asOwner, settings: there };
  const role = roleName(state.owner);
  const { rowCount } = await owner.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  if (!rowCount) return { ...as(role), settings: there };
  const login = { user: role, password: rolePassword(owner.password ?? undefined, role) };
  const own = { ...there, login };
  try {
    await connectOnce(own, assertBound);
    return { ...as(role), settings: own };
  } catch (error) {
    // A password of earlier is put right by the next start.
    if (isLoginRefused(error)) return { ...asOwner, settings: there };
    return { ...as(role, null, reasonOf(error, server)), settings: there };
  }
}

function reasonOf(error: unknown, server: string): string {
  const known = toStorageError(error, server);
  return known instanceof Error ? known.message : String(known);
}

async function readOwnerState(owner: Client): Promise<OwnerState> {
  const { rows } = await owner.query<OwnerState>(
    `SELECT current_user AS owner, current_schema() AS schema, rolsuper OR rolbypassrls AS bypasses,
        rolsuper OR rolcreaterole AS may_create_roles
      FROM pg_roles WHERE rolname = current_user`,
  );
  return rows[0] as OwnerState;
}

function withoutRole({ owner, bypasses }: OwnerState, server: string): string {
  const how = bypasses
    ? "row-level security does not hold them"
    : "they own the tables and could switch row-level security off";
  return `${server}: statements run as ${owner}, and ${how}. Let ${owner} make a role for them (ALTER ROLE … CREATEROLE, and let it in by pg_hba.conf), or name the owner in DATABASE_OWNER_URL and a user who owns nothing in DATABASE_URL`;
}

/** One for all databases of an owner on a server; of characters that need no quotes, however the owner is called. */
export function roleName(owner: string): string {
  return `tenantry_app_${createHash("sha256").update(owner).digest("hex").slice(0, 16)}`;
}

/** Who knows the owner's password knows the role's, and not the other way about. Without one the role has none, and may come in where nobody needs one. */
function rolePassword(ownersPassword: string | undefined, role: string): string | undefined {
  if (!ownersPassword) return undefined;
  return createHmac("sha256", ownersPassword)
    .update(`tenantry application role ${role}`)
    .digest("base64url");
}

/** Several databases of one server may be opened at once: whoever comes second finds the role made. */
async function makeRole(owner: Client, role: string, password: string | undefined): Promise<void> {
  const { rowCount } = await owner.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  if (rowCount) return;
  try {
    await owner.query(
      `CREATE ROLE ${role} LOGIN NOINHERIT PASSWORD ${passwordLiteral(password)};
        COMMENT ON ROLE ${role} IS 'What Tenantry works as. It owns nothing.'`,
    );
  } catch (error) {
    if (!isMadeMeanwhile(error)) throw error;
  }
}

/** Logs in to see that it is let in, giving the role its password anew where it has another: the owner's has changed. */
async function logIn(
  owner: Client,
  own: ConnectionSettings,
  role: string,
  password: string | undefined,
): Promise<void> {
  try {
    await connectOnce(own, assertBound);
  } catch (error) {
    if (!isLoginRefused(error)) throw error;
    await owner
      .query(`ALTER ROLE ${role} LOGIN PASSWORD ${passwordLiteral(password)}`)
      .catch((refused: unknown) => {
        if (!isMadeMeanwhile(refused)) throw refused;
      });
    await connectOnce(own, assertBound);
  }
}

async function useGivenRole(
  owner: Client,
  settings: ConnectionSettings,
  server: string,
): Promise<Access> {
  try {
    await connectOnce(settings, async (client) => {
      await assertBound(client);
      await grant(owner, await nameOf(client));
    });
  } catch (error) {
    throw toStorageError(error, server);
  }
  return { settings };
}

async function nameOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>("SELECT current_user AS name");
  return rows[0]?.name as string;
}

/** @throws {DomainError} `storage_unavailable` where the policies are nothing to the role, or could be taken away by it. */
async function assertBound(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; bypasses: boolean; owns: boolean }>(
    `SELECT current_user AS name, r.rolsuper OR r.rolbypassrls AS bypasses, EXISTS (
        SELECT 1 FROM pg_class AS c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
          AND pg_has_role(current_user, c.relowner, 'MEMBER')
      ) AS owns
      FROM pg_roles AS r WHERE r.rolname = current_user`,
  );
  const [role] = rows;
  if (role === undefined || !(role.bypasses || role.owns)) return;
  const why = role.bypasses
    ? "is not held by row-level security; take SUPERUSER and BYPASSRLS from it"
    : "owns the tables or belongs to their owner; name a user in DATABASE_URL who owns nothing";
  throw new DomainError("storage_unavailable", `The user ${role.name} ${why}`);
}

/** The role may read and write rows, and nothing else: no table is made, changed or emptied by it. */
async function grant(owner: Client, role: string): Promise<void> {
  if ((await readUngranted(owner, role)).length === 0) return;
  await owner.query("BEGIN");
  try {
    await owner.query("SELECT pg_advisory_xact_lock($1)", [migrationKey]);
    const tables = await readUngranted(owner, role);
    if (tables.length > 0) await owner.query(grants(tables, escapeIdentifier(role)));
    await owner.query("COMMIT");
  } catch (error) {
    await owner.query("ROLLBACK");
    throw error;
  }
}

function grants(tables: readonly string[], role: string): string {
  return `DO $$ BEGIN
      EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${role}', current_database());
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${role}', current_schema());
    END $$;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables.map(escapeIdentifier).join(", ")} TO ${role}`;
}

/** The tables that the role cannot work on yet. The ledger of migrations is not its business. */
async function readUngranted(owner: Client, role: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class AS c
      WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND pg_has_role(c.relowner, 'USAGE') AND c.relname <> ALL ($2)
        AND (SELECT count(*) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS right_name
          WHERE has_table_privilege($1::name, c.oid, right_name)) < 4
      ORDER BY 1`,
    [role, ledgerTables],
  );
  return rows.map(({ name }) => name);
}

/** What the server keeps instead of the password (RFC 5803), made here: the password itself would stand in the server's log. */
function passwordLiteral(password: string | undefined): string {
  if (password === undefined) return "NULL";
  const [salt, rounds] = [randomBytes(16), 4096];
  const salted = pbkdf2Sync(password, salt, rounds, 32, "sha256");
  const sign = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(sign("Client Key")).digest("base64");
  const verifier = `SCRAM-SHA-256$${rounds}:${salt.toString("base64")}$${stored}:${sign("Server Key").toString("base64")}`;
  return escapeLiteral(verifier);
}

/** Another process has just made or changed the same role: that is one catalogue for the whole server. */
function isMadeMeanwhile(error: unknown): boolean {
  return (
    error instanceof DatabaseError &&
    (["42710", "23505"].includes(error.code ?? "") ||
      (error.code === "XX000" && error.message.includes("concurrently")))
  );
}

function isForbidden(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === "42501";
}
