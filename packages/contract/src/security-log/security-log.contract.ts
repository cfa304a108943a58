import { denialSchema, listDenialsSchema } from "@tenantry/core";
import { defineOperations } from "../operation.ts";
import { pageOf } from "../page-of.ts";

export const securityLogOperations = defineOperations({
  listDenials: {
    method: "GET",
    path: "/api/v1/security-log",
    tag: "Security log",
    summary: "Read what was refused in the tenant",
    description:
      "The newest first: passwords, tokens and keys that were not accepted, and what people tried without the permission. The newest " +
      "10,000 are kept, of refused credentials sixty a minute. A refusal is there a second after it.",
    permission: "administrator",
    effect: "read",
    query: listDenialsSchema,
    status: 200,
    answer: pageOf(denialSchema),
    errors: ["permission_denied"],
  },
});
