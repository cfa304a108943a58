import {
  checkBatchResultSchema,
  checkBatchSchema,
  checkRequestSchema,
  checkResultSchema,
} from "@tenantry/core";
import { defineOperations } from "../operation.ts";

const ids = {
  user_id: "user_01h455vb4pex5vsknk084sn02q",
  organization_id: "org_01h455vb4pex5vsknk084sn02r",
};
const whoMayAsk =
  "Every user may ask about themselves. The operator, administrators and members who hold `member:read` may ask about others.";

export const accessOperations = defineOperations({
  check: {
    method: "POST",
    path: "/api/v1/check",
    tag: "Access",
    summary: "Check whether a user may do something in an organization",
    description: `\`allowed\` is \`false\` for ids that do not exist or belong to another tenant. ${whoMayAsk}`,
    permission: "authenticated",
    effect: "read",
    body: checkRequestSchema,
    status: 200,
    answer: checkResultSchema,
    errors: ["organization_not_found", "permission_denied"],
    example: {
      body: { ...ids, permission: "member:add" },
      answer: { allowed: true, roles: ["admin"], revision: 42 },
    },
  },
  checkBatch: {
    method: "POST",
    path: "/api/v1/check/batch",
    tag: "Access",
    summary: "Check up to 100 permissions in one request",
    description: `The results are in the order of the checks. ${whoMayAsk}`,
    permission: "authenticated",
    effect: "read",
    body: checkBatchSchema,
    status: 200,
    answer: checkBatchResultSchema,
    errors: ["organization_not_found", "permission_denied"],
    example: { body: { checks: [{ ...ids, permission: "member:add" }] } },
  },
});
