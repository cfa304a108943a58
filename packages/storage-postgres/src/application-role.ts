import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { DomainError } from "@tenantry/core";
import { ledgerTables } from "@tenantry/storage-sql";
import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";
import { migrationKey } from "./advisory-locks.ts";
import { type ConnectionSettings, connectOnce, createClient } from "./connection.ts";
import { isLoginRefused, toStorageError } from "./postgres-error.ts";

/** How the storage connects once it is open. */
export interface Access {
  readonly settings: ConnectionSettings;
  /** What an operator should know: one of the protections between tenants is missing. */
  readonly warning?: string;
}

/** What the tables' owner may do, and what keeps another user from working on the tables. */
interface OwnerState {
  readonly owner: string;
  readonly schema: string;
  /** Row-level security does not apply to this user. */
  readonly bypasses: boolean;
  readonly may_create_roles: boolean;
}

/**
 * Finds or creates the role that does everything except migrations. It owns nothing, and so cannot remove a policy
 * (ADR 0012). `SET ROLE` would not protect, because any statement on the connection could reset it; so the role logs
 * in itself.
 *
 * - With `ownerUrl`, the operator has created the role: it is the user of `url`, and is refused if the policies do
 * not bind it.
 * - Otherwise it is created, if the user of `url` may create roles. Its password is derived from theirs, so that
 * every process knows it and it is stored nowhere.
 * - Otherwise the user of `url` is used, whom the policies bind as their owner, and a warning says what is missing.
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
    // The server's own access list (pg_hba.conf) refuses the new role, or somebody else has created it.
    if (isLoginRefused(error) || isForbidden(error)) {
      return { settings: there, warning: withoutRole(state, server) };
    }
    throw error;
  }
  return { settings: own };
}

/** Which role would be used, as far as that can be told without creating or changing anything. */
export interface AccessInspection {
  readonly user: string;
  /** What is missing in the protection between tenants. */
  readonly warning: string | null;
  /** Why the database could not be opened as it is. */
  readonly fault: string | null;
}

/** As {@link prepareAccess}, but changes nothing: a missing role is not created. */
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
    // The next start corrects an outdated password.
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

/**
 * The name of the role, one for all databases of an owner on a server. It needs no quotes, whatever the owner's name
 * is.
 */
export function roleName(owner: string): string {
  return `tenantry_app_${createHash("sha256").update(owner).digest("hex").slice(0, 16)}`;
}

/**
 * The role's password, derived from the owner's: knowing the owner's password gives this one, but not the reverse. If
 * the owner has none, the role has none and can only log in where none is required.
 */
function rolePassword(ownersPassword: string | undefined, role: string): string | undefined {
  if (!ownersPassword) return undefined;
  return createHmac("sha256", ownersPassword)
    .update(`tenantry application role ${role}`)
    .digest("base64url");
}

/** Several databases of one server may be opened at once; the second one finds the role created. */
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

/** Logs in to check that the role may. If its password is outdated, because the owner's has changed, it is set again. */
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

/** @throws {DomainError} `storage_unavailable` where the policies do not bind the role, or it could remove them. */
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

/** Lets the role read and write rows, but not create, change or truncate tables. */
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

/** The tables that the role has no rights on yet. It needs none on the migration ledger. */
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

/**
 * The SCRAM verifier (RFC 5803) that the server stores instead of the password. It is computed here, because the
 * password itself would appear in the server's log.
 */
function passwordLiteral(password: string | undefined): string {
  if (password === undefined) return "NULL";
  const [salt, rounds] = [randomBytes(16), 4096];
  const salted = pbkdf2Sync(password, salt, rounds, 32, "sha256");
  const sign = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(sign("Client Key")).digest("base64");
  const verifier = `SCRAM-SHA-256$${rounds}:${salt.toString("base64")}$${stored}:${sign("Server Key").toString("base64")}`;
  return escapeLiteral(verifier);
}

/** Another process has just created or changed the same role; roles are shared by all databases of a server. */
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
