import type { RegisteredOrganizationRecord } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import type { OpenSubject } from "./open-subject.ts";
import { registeredOrganizationRecord as registered } from "./records.ts";

/** The tenant that belongs to a registered name. */
export function describeRegisteredOrganizations(open: OpenSubject): void {
  describe("keeps registered organizations", () => {
    test("as they were written, with one name and one number each, until they are removed", async () => {
      const { storage } = await open();
      const insert = (record: RegisteredOrganizationRecord) =>
        storage.transaction(null, (ports) => ports.registeredOrganizations.insert(record));
      const { registeredOrganizations } = storage.committed;
      expect(await registeredOrganizations.lastSerial()).toBe(0);
      await insert(registered(9, "acme"));
      await insert(registered(10, "beta"));
      expect(await registeredOrganizations.find("acme")).toEqual(registered(9, "acme"));
      await expect(insert({ ...registered(11, "gamma"), name_key: "acme" })).rejects.toMatchObject({
        code: "organization_name_taken",
        fields: [expect.objectContaining({ pointer: "/organization_name" })],
      });
      await expect(insert(registered(10, "gamma"))).rejects.toMatchObject({ code: "id_taken" });
      expect(await registeredOrganizations.lastSerial()).toBe(10);
      await storage.transaction(null, (ports) =>
        ports.registeredOrganizations.removeOf("tenant of beta"),
      );
      expect(await registeredOrganizations.find("beta")).toBeUndefined();
      expect(await registeredOrganizations.lastSerial()).toBe(9);
    });
  });
}
