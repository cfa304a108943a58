import { DomainError, type OrganizationRecord, type Ports } from "@tenantry/core";
import { longestSourceName } from "./read-source-files.ts";

/**
 * The ports with what the source files cannot hold refused: the Python module takes a whole file for empty that has one record with a
 * longer name or another sort of id in it. Other tenants than the default one are not in these files.
 */
export function guardPorts(ports: Ports, defaultTenantId: () => string | undefined): Ports {
  const { organizations } = ports;
  const guard = (record: OrganizationRecord) => {
    if (record.tenant_id === defaultTenantId()) assertFits(record);
  };
  return {
    ...ports,
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

/** @throws {DomainError} `invalid_input`. */
function assertFits({ id, name }: OrganizationRecord): void {
  if (!id.startsWith("org_")) {
    const detail = "does not begin with org_, which a JSON directory wants";
    throw new DomainError("invalid_input", `The id ${id} ${detail}`, {
      fields: [{ pointer: "/id", detail }],
    });
  }
  // As Python counts: characters, of which JavaScript takes some for two.
  if (name.length > longestSourceName && [...name].length > longestSourceName) {
    const detail = `is longer than the ${longestSourceName} characters that a JSON directory holds`;
    throw new DomainError("invalid_input", `The name ${detail}`, {
      fields: [{ pointer: "/name", detail }],
    });
  }
}
