export { storageConformance } from "./conformance.ts";
export { itemsOf, pageRequest, readAllPages } from "./pages.ts";
export type { ConformanceSubject, OpenedStorage, OptionalGuarantee } from "./subject.ts";
export { fillTenant } from "./tenant-isolation.ts";
