import { addMember, createOrganization, type Organization, type Tenant } from "@tenantry/core";
import type { Client } from "./http-client.ts";
import type { TestServer } from "./test-server.ts";

/** Somebody with a session. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
}

export const password = "a password of the tests";
let registered = 0;

/** Makes an account over HTTP and signs in. */
export async function register(client: Client, tenant?: string, email?: string): Promise<Person> {
  registered += 1;
  const body = { email: email ?? `person-${registered}@example.com`, password, name: "Person" };
  const headers = tenant === undefined ? {} : { "tenantry-tenant": tenant };
  const { status, body: tokens } = await client("register", { body, headers });
  if (status !== 201) throw new Error(`register answered ${status}`);
  return {
    id: tokens.user.id,
    email: body.email,
    token: tokens.access_token,
    refreshToken: tokens.refresh_token,
  };
}

let founded = 0;

/** An organization with this owner, made without going through HTTP. */
export async function found(
  server: TestServer,
  owner: Person,
  fields: Parameters<typeof createOrganization>[1] | object = {},
  tenant?: Tenant,
): Promise<Organization> {
  founded += 1;
  const ctx = server.tenantry.context({
    actor: { type: "operator", id: "test" },
    ...(tenant !== undefined && { tenantId: tenant.id }),
  });
  return await createOrganization(ctx, {
    name: `Organization ${founded}`,
    owner_user_id: owner.id,
    ...fields,
  });
}

/** Makes a person a member, without going through HTTP. */
export async function join(
  server: TestServer,
  organizationId: string,
  person: Pick<Person, "id">,
  role = "member",
  status: "active" | "invited" = "active",
): Promise<void> {
  const ctx = server.tenantry.context({ actor: { type: "operator", id: "test" } });
  await addMember(ctx, organizationId, { user_id: person.id, role, status });
}
