import { insertUser } from "../users/user-record.ts";
import { setTenantAdministrator } from "../users/users.ts";
import type { ImportRun } from "./import-run.ts";
import { enter } from "./tenant-entry.ts";
import { toUserRow, type UserRow } from "./tenant-file.schema.ts";

/** Imports the users and who of them administers the tenant. The file has no passwords. */
export async function importUsers(run: ImportRun, rows: readonly UserRow[]): Promise<void> {
  const { mutation } = run;
  const { users } = mutation.ports;
  const { tenantId } = mutation.ctx;
  for (const [index, row] of rows.entries()) {
    const record = await users.find(tenantId, row.id);
    const isAdministrator = await users.isTenantAdministrator(tenantId, row.id);
    await enter(run, {
      entry: { kind: "users", organization: null, name: row.username ?? row.email ?? row.id },
      place: `/users/${index}`,
      // A new user is reported with the membership that brings them.
      isInNewOrganization: true,
      wanted: row,
      here: record && toUserRow({ ...record, is_tenant_administrator: isAdministrator }),
      insert: async () => {
        const { is_tenant_administrator, ...fields } = row;
        await insertUser(mutation, fields);
        if (is_tenant_administrator) await setTenantAdministrator(mutation, row.id, true);
      },
    });
  }
}
