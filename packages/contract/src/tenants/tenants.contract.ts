import {
  createdTenantSchema,
  createTenantSchema,
  listTenantsSchema,
  purgedTenantSchema,
  purgeTenantSchema,
  setTenantStatusSchema,
  tenantSchema,
  updateTenantSchema,
} from "@tenantry/core";
import { defineOperations } from "../operation.ts";
import { pageOf } from "../page-of.ts";

const changeErrors = ["permission_denied", "tenant_fixed"] as const;

export const tenantOperations = defineOperations({
  createTenant: {
    method: "POST",
    path: "/api/v1/tenants",
    tag: "Tenants",
    summary: "Create a tenant",
    description:
      "The tenant starts with the default roles and plans. Without `slug`, one is made from the name. The `administrator` becomes the " +
      "tenant's first user and manages it; without a password they have to sign in another way. `placement` decides whether the tenant " +
      "shares the main database or gets its own.",
    permission: "operator",
    effect: "mutation",
    body: createTenantSchema,
    status: 201,
    answer: createdTenantSchema,
    etag: "row_revision",
    location: "/api/v1/tenants/{id}",
    errors: ["permission_denied", "tenant_slug_taken", "weak_password"],
    example: {
      body: {
        name: "Acme",
        slug: "acme",
        administrator: {
          email: "ann@acme.example",
          name: "Ann",
          password: "correct horse battery",
        },
      },
    },
  },
  listTenants: {
    method: "GET",
    path: "/api/v1/tenants",
    tag: "Tenants",
    summary: "List the tenants of the installation",
    description:
      "`q` matches any part of the name or slug. Deleted tenants are listed only with `status=deleted`.",
    permission: "operator",
    effect: "read",
    query: listTenantsSchema,
    status: 200,
    answer: pageOf(tenantSchema),
    errors: ["permission_denied"],
  },
  getTenant: {
    method: "GET",
    path: "/api/v1/tenants/{tenant_id}",
    tag: "Tenants",
    summary: "Get a tenant",
    description:
      "The operator sees every tenant, including deleted ones. Administrators see their own.",
    permission: "administrator",
    effect: "read",
    status: 200,
    answer: tenantSchema,
    etag: "row_revision",
    errors: [],
  },
  updateTenant: {
    method: "PATCH",
    path: "/api/v1/tenants/{tenant_id}",
    tag: "Tenants",
    summary: "Change a tenant's name or slug",
    description:
      "A field that is absent keeps its value. The slug of the default tenant cannot be changed.",
    permission: "operator",
    effect: "mutation",
    body: updateTenantSchema,
    status: 200,
    answer: tenantSchema,
    etag: "row_revision",
    ifMatch: true,
    alsoPut: true,
    errors: [...changeErrors, "tenant_slug_taken", "tenant_deleted"],
    example: { body: { name: "Acme Ltd" } },
  },
  setTenantStatus: {
    method: "PUT",
    path: "/api/v1/tenants/{tenant_id}/status",
    tag: "Tenants",
    summary: "Activate, suspend, delete or restore a tenant",
    description:
      "While a tenant is suspended its users are refused and every check is denied. Their sessions continue when it is active again.",
    permission: "operator",
    effect: "mutation",
    body: setTenantStatusSchema,
    status: 200,
    answer: tenantSchema,
    etag: "row_revision",
    ifMatch: true,
    errors: changeErrors,
    example: { body: { status: "suspended" } },
  },
  deleteTenant: {
    method: "DELETE",
    path: "/api/v1/tenants/{tenant_id}",
    tag: "Tenants",
    summary: "Delete a tenant",
    description:
      "To everybody but the operator a deleted tenant looks as if it did not exist. It can be restored until it is purged; until then its slug stays reserved.",
    permission: "operator",
    effect: "mutation",
    status: 204,
    answer: null,
    ifMatch: true,
    errors: [...changeErrors, "tenant_deleted"],
  },
  restoreTenant: {
    method: "POST",
    path: "/api/v1/tenants/{tenant_id}/restore",
    tag: "Tenants",
    summary: "Restore a deleted tenant",
    description: "The tenant returns with everything that was in it.",
    permission: "operator",
    effect: "mutation",
    status: 200,
    answer: tenantSchema,
    etag: "row_revision",
    ifMatch: true,
    errors: ["permission_denied", "tenant_not_deleted"],
  },
  purgeTenant: {
    method: "POST",
    path: "/api/v1/tenants/{tenant_id}/purge",
    tag: "Tenants",
    summary: "Remove a deleted tenant permanently",
    description:
      "Removes everything the tenant has, including its events and its own database, and frees its slug. An event in the default tenant records the " +
      "purge. With `keep_database` the tenant's own database is not dropped, and the answer says where it is. A tenant whose own database no longer " +
      "exists can be purged without deleting the tenant first. If its database cannot be reached or used, `keep_database` is required.",
    permission: "operator",
    effect: "mutation",
    body: purgeTenantSchema,
    isBodyOptional: true,
    status: 200,
    answer: purgedTenantSchema,
    errors: ["permission_denied", "tenant_not_deleted", "storage_busy"],
  },
});
