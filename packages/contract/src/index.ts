export { type TokenAnswer, tokenAnswerSchema } from "./auth/auth.contract.ts";
export { errorCodes, renderErrorPage } from "./errors/error-page.ts";
export { buildOpenApi, type OpenApiDocument } from "./openapi/openapi.ts";
export {
  type Effect,
  errorCodesOf,
  type Method,
  type Operation,
  type PathParameters,
  parameterNames,
  type RequiredPermission,
} from "./operation.ts";
export { type OperationId, type Operations, operationIds, operations } from "./operations.ts";
export { pageOf } from "./page-of.ts";
export { type Problem, problemSchema, problemType, statusOf } from "./problem.ts";
