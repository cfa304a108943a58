import type { ErrorCode } from "@tenantry/core";

/** The text of each error's page: when the error occurs and what to do about it. */
export const errorGuide: Readonly<Record<ErrorCode, string>> = {
  invalid_input:
    "A field of the body, the query or a header is missing, unknown or invalid. `errors` names every such field and what is wrong with it; correct them all and send the request again.",
  malformed_request:
    "The server could not read the request as HTTP/1.1, or does not know its method. The connection is closed. Check what sends the request, and proxies on the way.",
  headers_too_large:
    "The headers are larger than 16 KiB in total. The connection is closed. Send fewer or shorter headers.",
  request_timeout:
    "The request did not arrive completely in time. The connection is closed. Send the request again.",
  malformed_body:
    "The body could not be read as JSON. Send valid JSON in UTF-8 with the header `Content-Type: application/json`.",
  payload_too_large: "The body is larger than 1 MiB. Send less in one request.",
  unsupported_media_type:
    "The body has a content type other than JSON. Send JSON with the header `Content-Type: application/json`.",
  method_not_allowed:
    "The path exists but does not support this method. The header `Allow` lists the methods that it supports.",
  invalid_cursor:
    "The cursor was not made by this list. Send `next_cursor` of the previous page unchanged, or leave `cursor` out to begin at the start.",
  invalid_import:
    "The import file has errors. Each is listed with its place in the file, and nothing was imported. Correct the file and import it again.",
  invalid_setting:
    "One or more settings are invalid. Each is listed by name with what is wrong. Correct them; the server does not start before that.",
  unknown_plan:
    "The body names a plan that the tenant does not have. `GET /api/v1/plans` lists its plans.",
  unknown_role:
    "The body names a role that does not exist in the organization. `GET /api/v1/organizations/{organization_id}/roles` lists the roles that do.",
  unknown_user:
    "The body names a user who does not exist in the tenant, or who is deactivated. Create or reactivate the user first.",
  team_too_deep: "Teams can be nested up to eight levels deep. Choose a parent nearer to the top.",
  team_cycle: "A team cannot be moved into itself or into a team inside it. Choose another parent.",
  not_a_member:
    "Only members of the organization can be in its teams. Add the user to the organization first.",
  weak_password:
    "The password is one of the most common ones, or is the user's own name or e-mail address. Choose another.",

  authentication_required:
    "The request came without credentials. Send `Authorization: Bearer …` with an access token or the operator key.",
  invalid_credentials:
    "The e-mail address or the password is wrong. The answer does not say which, and is the same for a deactivated user, so that it reveals no accounts. Check both and try again.",
  invalid_token:
    "The token was not issued by this installation, was altered, has expired, or is a refresh token that was used before. Refresh the session, or sign in again.",
  session_revoked:
    "The token's session has ended: the user logged out or was deactivated, or a refresh token was used twice. Sign in again.",

  permission_denied:
    "You may see this record but not do this with it. `data.permission` names the permission that you lack. Ask somebody who holds it to do it, or to grant it to you.",
  cannot_grant:
    "The role contains a permission that you do not hold yourself; `data.permission` names it. Ask somebody who holds it to grant the role.",
  outranked:
    "The role that you would give or take away, or a role that the member holds, ranks above yours. Ask somebody whose rank is at least as high.",
  registration_closed:
    "Registration is closed on this installation. Ask an administrator to create an account for you.",
  user_deactivated:
    "The acting user is deactivated. They can do nothing, every check about them is denied, and their sessions have ended. An administrator of the tenant can make them active again.",
  tenant_suspended:
    "The tenant is suspended. Its users are refused and every check is denied until the operator makes it active again. No data is lost.",

  tenant_not_found:
    "The tenant does not exist, or you do not belong to it. Check the header `Tenantry-Tenant`, and the id or slug in the path. Only the operator can see deleted tenants.",
  user_not_found: "The user does not exist, or you are not allowed to see them. Check the id.",
  organization_not_found:
    "The organization does not exist, or you are not allowed to see it. Check the id. Only administrators can see deleted organizations.",
  member_not_found: "The user is not a member of the organization.",
  role_not_found: "There is no role with this key here. List the roles to see the keys.",
  plan_not_found: "There is no plan with this key. `GET /api/v1/plans` lists the plans.",
  team_not_found:
    "The organization has no team with this id. Check that the team belongs to this organization.",
  team_member_not_found: "The user is not in the team.",
  resource_not_found: "No resource with this type and id is registered in the organization.",
  route_not_found: "There is no operation at this path. `GET /openapi.json` describes every path.",

  tenant_slug_taken:
    "Another tenant has this slug, or a deleted tenant keeps it until it is purged. Choose another slug, or leave it out to have one made.",
  tenant_fixed:
    "Requests that name no tenant go to the default tenant. Therefore its slug cannot be changed, and it cannot be suspended or deleted. Its name can be changed.",
  tenant_deleted: "The tenant is deleted. Restore it first.",
  tenant_not_deleted: "Only a deleted tenant can be restored or purged. Delete it first.",
  organization_name_taken:
    "Another organization of the tenant has this name; upper and lower case count as the same. Choose another name; when restoring, give a new `name`.",
  organization_slug_taken:
    "Another organization has this slug, or a deleted one keeps it until it is purged. Choose another slug, or leave it out to have one made.",
  external_id_taken: "Another record of the tenant has this external id. Choose another.",
  id_taken: "Another record has this id. Choose another, or leave the id out to have one made.",
  email_taken:
    "Another user of the tenant has this e-mail address; upper and lower case count as the same.",
  username_taken:
    "Another user of the tenant has this username; upper and lower case count as the same.",
  role_key_taken: "There already is a role with this key. Choose another key.",
  role_in_use: "Members or teams hold the role. Give them another role first.",
  role_fixed:
    "The owner role cannot be changed, and the default roles cannot be deleted. A role of the tenant cannot be changed through an organization; use `/api/v1/roles`.",
  plan_key_taken: "There already is a plan with this key. Choose another key.",
  plan_in_use:
    "Organizations use the plan, or it is the default plan. Move the organizations to another plan first.",
  team_name_taken:
    "Another team of the organization has this name; upper and lower case count as the same.",
  team_not_empty: "The team contains other teams. Move or delete them first.",
  already_member:
    "The user already is a member of the organization, possibly an invited or suspended one. Change that membership instead.",
  already_team_member: "The user already is in the team.",
  resource_taken: "A resource with this type and id is already registered in the organization.",
  last_owner: "The organization would be left without an owner. Make somebody else an owner first.",
  organization_deleted: "The organization is deleted. Restore it first.",
  organization_not_deleted: "Only a deleted organization can be restored or purged.",
  invitation_pending:
    "The member has not accepted the invitation yet, and only they can. To withdraw the invitation, remove the member.",
  not_invited:
    "The membership is not an invitation that can be accepted: it is suspended. An administrator can reinstate the member.",
  idempotency_key_running:
    "Another request with this `Idempotency-Key` is still running. Wait for it to finish, then send the request again; you will get the first one's answer.",
  idempotency_key_secret:
    "The earlier request with this `Idempotency-Key` succeeded. Its answer held a secret, which is shown once and not stored, so it cannot be repeated.",

  seat_limit_reached:
    "All seats of the plan are taken. `data` says how many there are. Remove a member, or move the organization to a larger plan.",

  revision_mismatch:
    "The record has changed since you read it: `If-Match` does not match its current revision. Read the record again and repeat the change if you still want it.",
  precondition_required:
    "This installation requires `If-Match` on every change of a record. Send the `ETag` that you read.",
  idempotency_key_reused:
    "This `Idempotency-Key` was used before for a different request. Use a new key for each new request.",

  rate_limited:
    "You sent too many requests. Wait for the number of seconds in `Retry-After`. `RateLimit` shows how many requests are left.",

  tenant_moving:
    "The tenant is being moved to another database and cannot be changed for a moment. Send the request again.",
  storage_busy: "The storage was in use by others for too long. Send the request again.",
  storage_unavailable: "The storage cannot be reached. Send the request again later.",
  storage_closed: "The server is stopping. Send the request again; another process will answer it.",
  storage_damaged:
    "The storage is damaged and nothing was changed. Restore a backup; `tenantry doctor` says what is wrong.",
  storage_newer:
    "The storage was written by a newer version of Tenantry. Run that version or a newer one.",
  shutting_down: "The server is stopping. Send requests to another server.",

  internal:
    "An unexpected error occurred in the server. Its log has the details under the answer's `request_id`.",
};
