import type { OperationId } from "@tenantry/contract";
import type { CallOptions } from "../http-client.ts";
import { password, register } from "../people.ts";
import { type MatrixFixture, registered } from "./matrix-fixture.ts";

type Build = (fixture: MatrixFixture) => CallOptions | Promise<CallOptions>;

const nothing: Build = () => ({});
const inOrganization: Build = ({ organizationId }) => ({
  params: { organization_id: organizationId },
});
const inDeleted: Build = ({ deletedOrganizationId }) => ({
  params: { organization_id: deletedOrganizationId },
});
const aboutMember: Build = ({ organizationId, people }) => ({
  params: { organization_id: organizationId, user_id: people.member.id },
});
const aboutUser: Build = ({ people }) => ({ params: { user_id: people.member.id } });
const aboutTeam: Build = ({ organizationId, teamId }) => ({
  params: { organization_id: organizationId, team_id: teamId },
});
const aboutTeamMember: Build = ({ organizationId, teamId, people }) => ({
  params: { organization_id: organizationId, team_id: teamId, user_id: people.member.id },
});
const aboutRole: Build = ({ organizationId, roleKey }) => ({
  params: { organization_id: organizationId, role_key: roleKey },
});
const aboutTenantRole: Build = () => ({ params: { role_key: "tenant_auditor" } });
/** The tenant that everybody is in but `otherTenant`. */
const aboutTenant: Build = () => ({ params: { tenant_id: "default" } });
/** One that nobody of the others administers. The default tenant would be closed for nobody. */
const aboutOtherTenant: Build = () => ({ params: { tenant_id: "other" } });
const aboutPlan: Build = () => ({ params: { plan_key: "enterprise" } });

function withBody(build: Build, body: unknown): Build {
  return async (fixture) => ({ ...(await build(fixture)), body });
}

const role = { key: "reporter", name: "Reporter", rank: 5, permissions: ["resource:read"] };
const question = ({ organizationId, people }: MatrixFixture) => ({
  organization_id: organizationId,
  user_id: people.member.id,
  permission: "team:read",
});

/** A request that succeeds for whoever may make it. Mutations are made as dry runs, so that every cell finds the same. */
export const matrixRequests: Readonly<Record<OperationId, Build>> = {
  register: () => ({ body: { email: "new@example.com", password, name: "New" } }),
  login: ({ free }) => ({ body: { email: free.email, password } }),
  refresh: async ({ client }) => ({
    body: { refresh_token: (await register(client)).refreshToken },
  }),
  logout: async ({ client }) => ({
    body: { refresh_token: (await register(client)).refreshToken },
  }),
  getMe: nothing,
  getJwks: nothing,
  createTenant: withBody(nothing, { name: "New" }),
  listTenants: nothing,
  getTenant: aboutTenant,
  updateTenant: withBody(aboutTenant, { name: "Renamed" }),
  setTenantStatus: withBody(aboutOtherTenant, { status: "suspended" }),
  deleteTenant: aboutOtherTenant,
  restoreTenant: () => ({ params: { tenant_id: "gone" } }),
  purgeTenant: () => ({ params: { tenant_id: "gone" } }),
  createOrganization: withBody(nothing, { name: "New" }),
  listOrganizations: nothing,
  getOrganization: inOrganization,
  updateOrganization: withBody(inOrganization, { name: "Renamed" }),
  deleteOrganization: inOrganization,
  restoreOrganization: inDeleted,
  purgeOrganization: inDeleted,
  setOrganizationPlan: withBody(inOrganization, { plan_tier: "enterprise" }),
  setOrganizationStatus: withBody(inOrganization, { status: "suspended" }),
  setOrganizationBilling: withBody(inOrganization, { stripe_customer_id: "cus_1" }),
  addMember: async (fixture) => withBody(inOrganization, { user_id: fixture.free.id })(fixture),
  listMembers: inOrganization,
  getMember: aboutMember,
  updateMember: withBody(aboutMember, { role: "viewer" }),
  removeMember: aboutMember,
  acceptMembership: ({ organizationId, people }) => ({
    params: { organization_id: organizationId, user_id: people.invited.id },
  }),
  createUser: withBody(nothing, { name: "New" }),
  listUsers: nothing,
  getUser: aboutUser,
  updateUser: withBody(aboutUser, { name: "Renamed" }),
  listUserOrganizations: aboutUser,
  grantTenantAdministrator: aboutUser,
  revokeTenantAdministrator: aboutUser,
  listRoles: nothing,
  createRole: withBody(nothing, role),
  getRole: aboutTenantRole,
  updateRole: withBody(aboutTenantRole, { name: "Renamed" }),
  deleteRole: aboutTenantRole,
  listOrganizationRoles: inOrganization,
  createOrganizationRole: withBody(inOrganization, role),
  getOrganizationRole: aboutRole,
  updateOrganizationRole: withBody(aboutRole, { name: "Renamed" }),
  deleteOrganizationRole: aboutRole,
  listPlans: nothing,
  createPlan: withBody(nothing, { key: "new", name: "New", seats: 5 }),
  getPlan: aboutPlan,
  updatePlan: withBody(aboutPlan, { name: "Renamed" }),
  deletePlan: aboutPlan,
  createTeam: withBody(inOrganization, { name: "New" }),
  listTeams: inOrganization,
  getTeam: aboutTeam,
  updateTeam: withBody(aboutTeam, { name: "Renamed" }),
  deleteTeam: aboutTeam,
  addTeamMember: async (fixture) =>
    withBody(aboutTeam, { user_id: fixture.people.viewer.id })(fixture),
  listTeamMembers: aboutTeam,
  updateTeamMember: withBody(aboutTeamMember, { role: "maintainer" }),
  removeTeamMember: aboutTeamMember,
  registerResource: withBody(inOrganization, { type: "project", external_id: "p2" }),
  listResources: inOrganization,
  removeResource: ({ organizationId, resourceId }) => ({
    params: { organization_id: organizationId, type: "project", external_id: resourceId },
  }),
  listEvents: inOrganization,
  listDenials: nothing,
  check: (fixture) => ({ body: question(fixture) }),
  checkBatch: (fixture) => ({ body: { checks: [question(fixture)] } }),
  createOrganizationByName: () => ({ query: { name: "New" } }),
  getOrganizationsOfUser: aboutUser,
  registerOrganization: () => ({
    body: { email: "new@example.com", password, organization_name: "New" },
  }),
  getRegisteredOrganization: () => ({ body: { organization_name: registered } }),
  loginAdministrator: () => ({
    query: { organization_name: registered },
    body: { email: "registered@example.com", password },
  }),
  getHealth: nothing,
  getLiveness: nothing,
  getReadiness: nothing,
  getMetrics: nothing,
  getOpenApi: nothing,
};
