import type { SqlDialect } from "../../dialect.ts";

/** Sessions, keys, idempotency keys and the security log. Changes to them make no events. */
export function accessTables({ ddl }: SqlDialect): readonly string[] {
  const { text } = ddl;
  return [
    `CREATE TABLE sessions (
      tenant_id ${text} NOT NULL,
      id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      created_at ${text} NOT NULL,
      expires_at ${text} NOT NULL,
      revoked_at ${text},
      CONSTRAINT sessions_key PRIMARY KEY (tenant_id, id),
      CONSTRAINT sessions_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
    ) ${ddl.keyedTable}`,
    `CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id)`,
    `CREATE INDEX sessions_by_expiry ON sessions (expires_at)`,
    `CREATE INDEX sessions_by_revocation ON sessions (revoked_at) WHERE revoked_at IS NOT NULL`,

    `CREATE TABLE refresh_tokens (
      tenant_id ${text} NOT NULL,
      token_hash ${text} NOT NULL,
      session_id ${text} NOT NULL,
      created_at ${text} NOT NULL,
      used_at ${text},
      CONSTRAINT refresh_tokens_key PRIMARY KEY (tenant_id, token_hash),
      CONSTRAINT refresh_tokens_session FOREIGN KEY (tenant_id, session_id)
        REFERENCES sessions (tenant_id, id) ON DELETE CASCADE
    ) ${ddl.keyedTable}`,
    `CREATE INDEX refresh_tokens_by_session ON refresh_tokens (tenant_id, session_id)`,

    `CREATE TABLE idempotency_keys (
      tenant_id ${text} NOT NULL,
      principal ${text} NOT NULL,
      idempotency_key ${text} NOT NULL,
      fingerprint ${text} NOT NULL,
      result ${text},
      created_at ${text} NOT NULL,
      expires_at ${text} NOT NULL,
      CONSTRAINT idempotency_keys_key PRIMARY KEY (tenant_id, principal, idempotency_key)
    ) ${ddl.table}`,
    `CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at)`,

    `CREATE TABLE security_log (
      tenant_id ${text} NOT NULL,
      occurred_at ${text} NOT NULL,
      id ${text} NOT NULL,
      code ${text} NOT NULL,
      operation ${text} NOT NULL,
      actor_type ${text} NOT NULL,
      actor_id ${text},
      organization_id ${text},
      permission ${text},
      request_id ${text},
      CONSTRAINT security_log_key PRIMARY KEY (tenant_id, occurred_at, id)
    ) ${ddl.keyedTable}`,

    `CREATE TABLE signing_keys (
      id ${text} NOT NULL PRIMARY KEY,
      algorithm ${text} NOT NULL,
      public_jwk ${text} NOT NULL,
      private_jwk ${text} NOT NULL,
      created_at ${text} NOT NULL
    ) ${ddl.table}`,

    `CREATE TABLE operator_keys (
      id ${text} NOT NULL PRIMARY KEY,
      key_hash ${text} NOT NULL CONSTRAINT operator_keys_hash_unique UNIQUE,
      created_at ${text} NOT NULL
    ) ${ddl.table}`,
  ];
}
