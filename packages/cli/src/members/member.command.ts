import {
  addMember,
  type Context,
  createUser,
  givenFields,
  listMembers,
  type Member,
  type MembershipStatus,
  removeMember,
  type UserRecord,
  updateMember,
} from "@tenantry/core";
import { findOrganization, findUser, lookUpUser } from "../find-records.ts";
import type { GlobalOptions } from "../global-options.ts";
import { formatRest, type PageOptions, readPages } from "../read-pages.ts";
import { formatFields, formatTable, type Output } from "../terminal-output.ts";
import { withTenantry } from "../with-tenantry.ts";

export interface MemberListOptions extends GlobalOptions, PageOptions {
  readonly query?: string;
  readonly role?: string;
  readonly status?: MembershipStatus;
}

/** `tenantry member list ORG` */
export async function runMemberList(org: string, options: MemberListOptions): Promise<void> {
  await withTenantry(options, "member list", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    const filter = givenFields({ q: options.query, role: options.role, status: options.status });
    const page = await readPages<Member>(options, (asked) =>
      listMembers(ctx, id, { ...filter, ...asked }),
    );
    await output.answer(page, () => {
      const rows = page.items.map((member) => [
        nameOf(member.user),
        member.roles,
        member.status,
        member.joined_at?.slice(0, 10),
        member.user_id,
      ]);
      return formatTable(["USER", "ROLES", "STATUS", "JOINED", "ID"], rows) + formatRest(page);
    });
  });
}

export interface MemberAddOptions extends GlobalOptions {
  readonly role?: readonly string[];
  readonly invited?: boolean;
  readonly createUser?: boolean;
}

/** `tenantry member add ORG USER` */
export async function runMemberAdd(
  org: string,
  user: string,
  options: MemberAddOptions,
): Promise<void> {
  await withTenantry(options, "member add", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    const person = options.createUser ? await ensureUser(ctx, user) : await findUser(ctx, user);
    const member = await addMember(ctx, id, {
      user_id: person.id,
      ...(options.role === undefined ? {} : { roles: [...options.role] }),
      status: options.invited ? "invited" : "active",
    });
    await answerMember(output, member);
  });
}

/** A name with an @ is an e-mail address, any other a username. */
async function ensureUser(ctx: Context, name: string): Promise<Pick<UserRecord, "id">> {
  const found = await lookUpUser(ctx, name);
  if (found !== undefined) return found;
  return await createUser(ctx, name.includes("@") ? { email: name } : { username: name });
}

export interface MemberUpdateOptions extends GlobalOptions {
  readonly role?: readonly string[];
  readonly status?: "active" | "suspended";
}

/** `tenantry member update ORG USER` */
export async function runMemberUpdate(
  org: string,
  user: string,
  options: MemberUpdateOptions,
): Promise<void> {
  await withTenantry(options, "member update", async ({ ctx, output }) => {
    const { id } = await findOrganization(ctx, org);
    const person = await findUser(ctx, user);
    const input = givenFields({
      roles: options.role === undefined ? undefined : [...options.role],
      status: options.status,
    });
    await answerMember(output, await updateMember(ctx, id, person.id, input));
  });
}

/** `tenantry member remove ORG USER` */
export async function runMemberRemove(
  org: string,
  user: string,
  options: GlobalOptions,
): Promise<void> {
  await withTenantry(options, "member remove", async ({ ctx, output }) => {
    const { id, slug } = await findOrganization(ctx, org);
    const person = await findUser(ctx, user);
    await removeMember(ctx, id, person.id);
    await output.answer(
      { organization_id: id, user_id: person.id, removed: true },
      () => `Removed ${nameOf(person)} from ${slug}.`,
    );
  });
}

async function answerMember(output: Output, member: Member): Promise<void> {
  const { user, ...membership } = member;
  await output.answer(member, () => formatFields({ user: nameOf(user), ...membership }));
}

function nameOf(user: Pick<UserRecord, "id" | "username" | "email">): string {
  return user.username ?? user.email ?? user.id;
}
