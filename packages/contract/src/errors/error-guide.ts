import type { ErrorCode } from "@tenantry/core";

/** When each error comes and what to do about it: the text of its page. */
export const errorGuide: Readonly<Record<ErrorCode, string>> = {
  invalid_input:
    "A field of the body, the query or a header is missing, unknown or not what is owed. `errors` names every one of them; correct them all and send the request again.",
  malformed_request:
    "What came is not a request of HTTP/1.1, or has a method that HTTP does not know. The connection is closed.",
  headers_too_large:
    "The headers are larger than 16 KiB together. Send fewer or shorter ones; the connection is closed.",
  request_timeout:
    "The request began and did not arrive whole in time. Send it again; the connection is closed.",
  malformed_body:
    "The body could not be read as JSON. Send valid JSON in UTF-8 with the header `Content-Type: application/json`.",
  payload_too_large: "The body is larger than 1 MiB. Send less at once.",
  unsupported_media_type:
    "The body came as another type than JSON. Send the header `Content-Type: application/json`.",
  method_not_allowed:
    "The path exists and does not know this method. The header `Allow` names those that it knows.",
  invalid_cursor:
    "The cursor was not made by this list. Use `next_cursor` of the page before as it is, or leave it out to begin at the start.",
  invalid_import:
    "The file that was to be imported has faults; every one is listed with its place, and nothing was imported. Correct the file and import it again.",
  invalid_setting:
    "A setting cannot be used. Every fault is listed with the name of its setting; the server does not start until they are corrected.",
  unknown_plan:
    "The body names a plan that the tenant's catalogue does not have. `GET /api/v1/plans` lists them.",
  unknown_role:
    "The body names a role that cannot be held in the organization. `GET /api/v1/organizations/{organization_id}/roles` lists those that can.",
  unknown_user:
    "The body names a user who does not exist in the tenant, or who is deactivated. Create or reactivate the user first.",
  team_too_deep: "Teams nest up to eight deep. Choose a parent nearer to the top.",
  team_cycle: "A team cannot be moved into itself or into a team inside it. Choose another parent.",
  not_a_member:
    "Only members of the organization can be in its teams. Add the user to the organization first.",
  weak_password:
    "The password is among those that attackers guess first, or is the person's own name or address. Choose another.",

  authentication_required:
    "The request came without credentials. Send `Authorization: Bearer …` with an access token or the operator key.",
  invalid_credentials:
    "The e-mail address or the password is wrong; which of them is not told. A deactivated user gets the same answer.",
  invalid_token:
    "The token is not one of ours, has been altered, has expired, or was used before. Refresh the session, or sign in again.",
  session_revoked:
    "The session of the token has ended: by log-out, because the user was deactivated, or because a refresh token was used twice. Sign in again.",

  permission_denied:
    "You may see this and not do it. `data.permission` names what is missing; somebody who holds it can do it or give it to you.",
  cannot_grant:
    "The role would give a permission that you do not hold yourself; `data.permission` names it. Ask somebody who holds it.",
  outranked:
    "A role that would be given or taken, or one that the member holds, ranks above yours. Ask somebody who ranks as high.",
  registration_closed:
    "This installation does not let strangers make accounts. An administrator can make one for you.",
  user_deactivated:
    "Whoever acts is deactivated: until an administrator of the tenant makes them active again, they may do nothing and every check about them is denied. Over HTTP their sessions have ended.",
  tenant_suspended:
    "The tenant is suspended: until the operator makes it active again, nobody of it gets in and every check is denied. Nothing is lost meanwhile.",

  tenant_not_found:
    "There is no such tenant, or it is not yours. Check the header `Tenantry-Tenant`, and the id or slug in the path. Deleted tenants are shown to the operator alone.",
  user_not_found: "There is no such user, or you may not know of them.",
  organization_not_found:
    "There is no such organization, or you may not know of it. Deleted organizations are shown to administrators alone.",
  member_not_found: "The user is not a member of the organization.",
  role_not_found: "There is no role with this key.",
  plan_not_found: "There is no plan with this key.",
  team_not_found: "There is no such team in the organization.",
  team_member_not_found: "The user is not in the team.",
  resource_not_found: "No resource of this type and id is registered in the organization.",
  route_not_found: "There is nothing at this path. `GET /openapi.json` describes every path.",

  tenant_slug_taken:
    "Another tenant has this slug, or a deleted one keeps it. Choose another, or leave it out and one is made.",
  tenant_fixed:
    "The default tenant is where everybody is who names none: it keeps its slug and cannot be suspended or deleted. Its name can be changed.",
  tenant_deleted: "The tenant is deleted. Restore it first.",
  tenant_not_deleted: "Only a deleted tenant can be restored or purged. Delete it first.",
  organization_name_taken:
    "Another organization of the tenant has this name, without regard to case. Choose another; when restoring, give a new `name`.",
  organization_slug_taken:
    "Another organization has this slug, or a deleted one keeps it until it is purged. Choose another, or leave it out and one is made.",
  external_id_taken: "Another record of the tenant has this external id.",
  id_taken: "Another record has this id. Leave the id out and one is made.",
  email_taken: "Another user of the tenant has this e-mail address, without regard to case.",
  username_taken: "Another user of the tenant has this username, without regard to case.",
  role_key_taken: "The catalogue has a role with this key already.",
  role_in_use: "Members or teams hold the role. Give them another first.",
  role_fixed:
    "The role belongs to the default catalogue, or to the tenant, and cannot be changed here.",
  plan_key_taken: "The catalogue has a plan with this key already.",
  plan_in_use: "Organizations are on the plan, or it is the default. Put them on another first.",
  team_name_taken: "Another team of the organization has this name, without regard to case.",
  team_not_empty: "There are teams inside this one. Move or delete them first.",
  already_member: "The user is a member of the organization already, perhaps invited or suspended.",
  already_team_member: "The user is in the team already.",
  resource_taken: "A resource of this type and id is registered in the organization already.",
  last_owner: "The organization would lose its last owner. Make somebody else an owner first.",
  organization_deleted: "The organization is deleted. Restore it first.",
  organization_not_deleted: "Only a deleted organization can be restored or purged.",
  invitation_pending:
    "The member has not accepted the invitation yet. Only they can; removing them withdraws it.",
  not_invited: "The membership is not waiting to be accepted.",
  idempotency_key_running:
    "Another request with this `Idempotency-Key` is still running. Send it again when that has ended; the answer is the same.",
  idempotency_key_secret:
    "The request succeeded before, and its answer held a secret that is shown once and not kept.",

  seat_limit_reached:
    "The plan has no seat left. `data` tells how many it has. Remove a member, or put the organization on a larger plan.",

  revision_mismatch:
    "The record has changed since you read it: `If-Match` names another revision. Read it again and decide again.",
  precondition_required:
    "This installation wants `If-Match` on every write to a record, with the `ETag` that you read.",
  idempotency_key_reused:
    "This `Idempotency-Key` came before with another request. Use a new key for a new request.",

  rate_limited:
    "There were too many requests. Wait as many seconds as `Retry-After` says; `RateLimit` tells what is left.",

  tenant_moving:
    "The tenant is being moved to another database, and its writes stand still for a moment. Send the request again.",
  storage_busy: "Another process held the storage for too long. Send the request again.",
  storage_unavailable: "The storage cannot be reached. Send the request again later.",
  storage_closed: "The server is stopping. Send the request again; another process will answer it.",
  storage_damaged:
    "The storage is damaged and was not touched. Restore a backup; `tenantry doctor` tells what is wrong.",
  storage_newer:
    "The storage was made by a newer Tenantry than this one. Run that version, or a newer one.",
  shutting_down: "The server is stopping. Send requests to another.",

  internal:
    "Something went wrong that is not the caller's fault. The log has the details under the `request_id`.",
};
