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
const denied =
  "Everybody may ask about themselves; about others the operator, administrators and members who hold `member:read`.";

export const accessOperations = defineOperations({
  check: {
    method: "POST",
    path: "/api/v1/check",
    tag: "Access",
    summary: "May the user do this in the organization?",
    description: `Unknown and foreign ids are \`false\`. ${denied}`,
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
    summary: "The same for up to 100 questions at once",
    description: `Answers in the order of the questions. ${denied}`,
    permission: "authenticated",
    effect: "read",
    body: checkBatchSchema,
    status: 200,
    answer: checkBatchResultSchema,
    errors: ["organization_not_found", "permission_denied"],
    example: { body: { checks: [{ ...ids, permission: "member:add" }] } },
  },
});
