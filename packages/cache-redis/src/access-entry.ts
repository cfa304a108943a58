import {
  type AccessRecord,
  membershipStatusSchema,
  organizationStatusSchema,
  tenantStatusSchema,
  userStatusSchema,
} from "@tenantry/core";
import { z } from "zod";

const accessRecordSchema: z.ZodType<AccessRecord> = z.strictObject({
  organization_status: organizationStatusSchema,
  organization_revision: z.int(),
  tenant_revision: z.int(),
  tenant_status: tenantStatusSchema,
  user_status: userStatusSchema,
  is_tenant_administrator: z.boolean(),
  membership_status: membershipStatusSchema,
  roles: z.array(
    z.strictObject({ key: z.string(), rank: z.number(), permissions: z.array(z.string()) }),
  ),
});

/** Encodes a record with its revisions first, where the scripts read them. */
export function encodeEntry(record: AccessRecord): string {
  return `${record.tenant_revision} ${record.organization_revision} ${JSON.stringify(record)}`;
}

/** Decodes an entry; undefined for one in another format, which is then read from the storage. */
export function decodeEntry(text: string): AccessRecord | undefined {
  const [, tenant, organization, json] = /^(\d+) (\d+) (.*)$/s.exec(text) ?? [];
  const record = accessRecordSchema.safeParse(parse(json ?? "")).data;
  const isWhole =
    record?.tenant_revision === Number(tenant) &&
    record.organization_revision === Number(organization);
  return isWhole ? record : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
