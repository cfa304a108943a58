import {
  addTeamMember,
  createRole,
  createTeam,
  deleteOrganization,
  deleteTenant,
  grantTenantAdministrator,
  registerOrganization,
  registerResource,
  updateMember,
} from "@tenantry/core";
import { type Client, createClient } from "../http-client.ts";
import { makeTenant } from "../make-tenant.ts";
import { found, join, type Person, password, register } from "../people.ts";
import { startTestServer, type TestServerOptions } from "../test-server.ts";
import { type Relation, roleRelations } from "./relations.ts";

/** A server with one organization, and somebody of every relation to it. */
export interface MatrixFixture {
  readonly client: Client;
  readonly server: Awaited<ReturnType<typeof startTestServer>>;
  readonly organizationId: string;
  readonly otherOrganizationId: string;
  readonly deletedOrganizationId: string;
  readonly teamId: string;
  readonly roleKey: string;
  readonly resourceId: string;
  /** A user in no organization, to be added. */
  readonly free: Person;
  readonly people: Readonly<Record<Exclude<Relation, "anonymous" | "operator">, Person>>;
  tokenOf(relation: Relation): string | undefined;
}

/** The organization that registered by its name. */
export const registered = "Registered";

export async function openMatrixFixture(options: TestServerOptions = {}): Promise<MatrixFixture> {
  const server = await startTestServer(options);
  const client = createClient(server.address);
  const { tenantry } = server;
  await makeTenant(server, "other");
  await makeTenant(server, "gone");
  await deleteTenant(tenantry.context(), "gone");
  // A JSON directory has no databases for single organizations.
  if (tenantry.engine.places !== undefined) {
    await registerOrganization(tenantry.context(), {
      email: "registered@example.com",
      password,
      organization_name: registered,
    });
  }
  const owner = await register(client);
  const organization = await found(server, owner);
  const otherOwner = await register(client);
  const otherOrganization = await found(server, otherOwner);
  const deleted = await found(server, owner);
  const ctx = tenantry.context({ actor: { type: "operator", id: "test" } });
  await deleteOrganization(ctx, deleted.id);

  const people = {
    owner,
    otherOwner,
    otherTenant: await register(client, "other"),
    stranger: await register(client),
    administrator: await register(client),
    ...(await registerMembers(client)),
  };
  for (const role of roleRelations) {
    if (role !== "owner") await join(server, organization.id, people[role], role);
  }
  await join(server, organization.id, people.invited, "member", "invited");
  await join(server, organization.id, people.suspended);
  await updateMember(ctx, organization.id, people.suspended.id, { status: "suspended" });
  await grantTenantAdministrator(ctx, people.administrator.id);

  const role = { key: "auditor", name: "Auditor", rank: 5, permissions: ["resource:read"] };
  await createRole(ctx, organization.id, role);
  await createRole(ctx, null, { ...role, key: "tenant_auditor" });
  const team = await createTeam(ctx, organization.id, { name: "Team" });
  await addTeamMember(ctx, organization.id, team.id, { user_id: people.member.id });
  await registerResource(ctx, organization.id, { type: "project", external_id: "p1" });
  return {
    client,
    server,
    organizationId: organization.id,
    otherOrganizationId: otherOrganization.id,
    deletedOrganizationId: deleted.id,
    teamId: team.id,
    roleKey: role.key,
    resourceId: "p1",
    free: await register(client),
    people,
    tokenOf(relation) {
      if (relation === "anonymous") return undefined;
      return relation === "operator" ? "operator" : people[relation].token;
    },
  };
}

async function registerMembers(client: Client) {
  return {
    invited: await register(client),
    suspended: await register(client),
    viewer: await register(client),
    member: await register(client),
    developer: await register(client),
    billing_admin: await register(client),
    manager: await register(client),
    admin: await register(client),
  };
}
