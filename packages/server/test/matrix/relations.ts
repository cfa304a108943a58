/** What a caller is to the organization that a request is about. The columns of the matrix, in this order. */
export const relations = [
  "anonymous",
  "otherTenant",
  "stranger",
  "otherOwner",
  "invited",
  "suspended",
  "viewer",
  "member",
  "developer",
  "billing_admin",
  "manager",
  "admin",
  "owner",
  "administrator",
  "operator",
] as const;
export type Relation = (typeof relations)[number];

/** The roles among them: a caller who is an active member with that role. */
export const roleRelations = [
  "viewer",
  "member",
  "developer",
  "billing_admin",
  "manager",
  "admin",
  "owner",
] as const satisfies readonly Relation[];
