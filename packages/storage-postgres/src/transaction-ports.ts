import { type Awaitable, DomainError, type Ports } from "@tenantry/core";
import { createPorts, type Session } from "@tenantry/storage-sql";
import { advisoryKey } from "./advisory-locks.ts";

/** Locks a name until the transaction ends; everything sent after it waits until no other transaction holds the name. */
export type LockName = (key: string) => Awaitable<void>;

/**
 * The ports of a transaction. Writers run at the same time, so anything that is looked for and then created needs a
 * lock, unless an organization's row or a unique key protects it:
 *
 * - an idempotency key, so that a second request waits for the first and gets its answer;
 * - the installation's keys, so that servers that start at once have the same;
 * - a role's key, which belongs either to the tenant or to organizations, never both.
 */
export function createTransactionPorts(session: Session, lockName: LockName): Ports {
  const ports = createPorts(session);
  const { idempotency, keys, roles } = ports;
  const lockKeys = () => lockName(installationKeys);
  return {
    ...ports,
    idempotency: {
      ...idempotency,
      async find(tenantId, principal, key) {
        await lockName(advisoryKey("idempotency", tenantId, principal, key));
        return await idempotency.find(tenantId, principal, key);
      },
    },
    keys: {
      ...keys,
      async listSigningKeys() {
        await lockKeys();
        return await keys.listSigningKeys();
      },
      async listOperatorKeys() {
        await lockKeys();
        return await keys.listOperatorKeys();
      },
      async removeOperatorKeys() {
        await lockKeys();
        await keys.removeOperatorKeys();
      },
    },
    roles: {
      ...roles,
      async insert(role) {
        await lockName(advisoryKey("role", role.tenant_id, role.key));
        const isTaken =
          role.organization_id === null
            ? await roles.isKeyTakenByAnOrganization(role.tenant_id, role.key)
            : (await roles.find(role.tenant_id, null, role.key)) !== undefined;
        if (isTaken) {
          throw new DomainError("role_key_taken", `There is a role ${role.key} already`, {
            fields: [{ pointer: "/key", detail: "is taken" }],
          });
        }
        await roles.insert(role);
      },
    },
  };
}

const installationKeys = advisoryKey("keys");
