export { storageConformance } from "./conformance.ts";
export { itemsOf, pageRequest, readAllPages } from "./pages.ts";
export {
  eventRecord,
  membershipRecord,
  organizationRecord,
  planRecord,
  resourceRecord,
  roleRecord,
  teamMemberRecord,
  teamRecord,
  tenantRecord,
  tenantRoles,
  userRecord,
} from "./records.ts";
export type { ConformanceSubject, OpenedStorage, OptionalGuarantee } from "./subject.ts";
