import {
  addMember,
  check,
  createOrganization,
  isDomainError,
  isSessionLive,
  logout,
  removeMember,
  setTenantStatus,
  type TenantStatus,
  updateMember,
} from "@tenantry/core";
import { openTenantry } from "tenantry";

/** What the other process can be told to do; all but `check` as the embedding program. */
export type Command =
  | { do: "add"; organizationId: string; userId: string; role?: string }
  | { do: "remove"; organizationId: string; userId: string }
  | { do: "demote"; organizationId: string; userId: string }
  | { do: "create"; name: string; ownerId: string }
  | { do: "set tenant status"; tenantId: string; status: TenantStatus }
  | { do: "log out"; refreshToken: string }
  | { do: "session"; sessionId: string }
  | { do: "check"; organizationId: string; userId: string; permission: string };

const tenantry = await openTenantry({ databaseUrl: process.argv[2], busyTimeoutMs: 60_000 });
const ctx = tenantry.context();

async function run(command: Command): Promise<unknown> {
  switch (command.do) {
    case "add": {
      const { userId, role } = command;
      const input = { user_id: userId, ...(role === undefined ? {} : { role }) };
      return (await addMember(ctx, command.organizationId, input)).revision;
    }
    case "remove":
      return await removeMember(ctx, command.organizationId, command.userId);
    case "demote":
      return await updateMember(ctx, command.organizationId, command.userId, { role: "member" });
    case "create": {
      const { name, ownerId } = command;
      return (await createOrganization(ctx, { name, owner_user_id: ownerId })).id;
    }
    case "set tenant status":
      return (await setTenantStatus(ctx, command.tenantId, { status: command.status })).status;
    case "log out":
      return await logout(ctx, { refresh_token: command.refreshToken });
    case "session":
      return await isSessionLive(ctx, command.sessionId);
    case "check": {
      const { organizationId: organization_id, userId: user_id, permission } = command;
      return (await check(ctx, { organization_id, user_id, permission })).allowed;
    }
  }
}

process.on("message", async ({ id, command }: { id: number; command: Command }) => {
  try {
    process.send?.({ id, value: await run(command) });
  } catch (error) {
    process.send?.({ id, code: isDomainError(error) ? error.code : String(error) });
  }
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
