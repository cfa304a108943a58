import {
  type CopiedRow,
  DomainError,
  type FieldFault,
  type OrganizationRecord,
  type Ports,
} from "@tenantry/core";
import { longestSourceName } from "./read-source-files.ts";

/**
 * Wraps the ports so that they refuse what the source files cannot hold: if one record has a longer name or another kind of
 * id, the Python module treats the whole file as empty. Only the default tenant is in these files, so only it is limited.
 */
export function guardPorts(ports: Ports, defaultTenantId: () => string | undefined): Ports {
  const { copies, organizations } = ports;
  const guard = (record: OrganizationRecord) => {
    if (record.tenant_id === defaultTenantId()) assertFits(record);
  };
  const guardCopies = (tenantId: string | null, table: string, rows: readonly CopiedRow[]) => {
    if (table !== "organizations" || tenantId !== defaultTenantId()) return;
    for (const row of rows) assertFits({ id: String(row.id), name: String(row.name) });
  };
  return {
    ...ports,
    copies: {
      ...copies,
      insert(tenantId, table, rows) {
        guardCopies(tenantId, table, rows);
        return copies.insert(tenantId, table, rows);
      },
      putUnlinked(tenantId, table, rows) {
        guardCopies(tenantId, table, rows);
        return copies.putUnlinked(tenantId, table, rows);
      },
      put(tenantId, table, rows) {
        guardCopies(tenantId, table, rows);
        return copies.put(tenantId, table, rows);
      },
    },
    organizations: {
      ...organizations,
      insert(record) {
        guard(record);
        return organizations.insert(record);
      },
      update(record) {
        guard(record);
        return organizations.update(record);
      },
    },
  };
}

type Named = Pick<OrganizationRecord, "id" | "name">;

/** @throws {DomainError} `invalid_input`. */
function assertFits(organization: Named): void {
  const [fault] = findMisfits(organization);
  if (fault === undefined) return;
  const subject = fault.pointer === "/id" ? `The id ${organization.id}` : "The name";
  throw new DomainError("invalid_input", `${subject} ${fault.detail}`, { fields: [fault] });
}

/** Every field of an organization that the source files cannot hold. */
export function findMisfits({ id, name }: Named): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  if (!id.startsWith("org_")) {
    const detail = "does not begin with org_, which a JSON directory wants";
    faults.push({ pointer: "/id", detail });
  }
  // Counted in code points, as Python does; JavaScript counts some characters as two.
  if (name.length > longestSourceName && [...name].length > longestSourceName) {
    const detail = `is longer than the ${longestSourceName} characters that a JSON directory holds`;
    faults.push({ pointer: "/name", detail });
  }
  return faults;
}
