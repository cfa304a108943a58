import { denialSchema, listDenialsSchema } from "@tenantry/core";
import { defineOperations } from "../operation.ts";
import { pageOf } from "../page-of.ts";

export const securityLogOperations = defineOperations({
  listDenials: {
    method: "GET",
    path: "/api/v1/security-log",
    tag: "Security log",
    summary: "List refused requests and credentials",
    description:
      "Passwords, tokens and keys that were not accepted, and requests for which the caller lacked the permission; newest first. " +
      "The newest 10,000 entries of the tenant are kept. At most 60 refused credentials a minute are recorded. An entry appears within about a second.",
    permission: "administrator",
    effect: "read",
    query: listDenialsSchema,
    status: 200,
    answer: pageOf(denialSchema),
    errors: ["permission_denied"],
  },
});
