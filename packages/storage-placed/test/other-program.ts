import { check } from "@tenantry/core";
import { userRecord } from "@tenantry/storage-testkit/records";
import { type Installation, openProcess, tenantId } from "./installation.ts";

/** What another process does when it is told to. */
export type Command =
  /** Whether a user may read an organization. */
  | { do: "check"; tenantId: string; userId: string; organizationId: string; isStrong: boolean }
  /** Writes users one after another, and sends the id of each that was acknowledged. */
  | { do: "write" }
  /** Whether a user is there, for whoever demands freshness. */
  | { do: "find"; userId: string }
  /** Whether a user is there, for whoever just reads. */
  | { do: "read"; tenantId: string; userId: string }
  | { do: "end" };

const { engine, storage } = await openProcess(JSON.parse(process.argv[2] ?? "") as Installation);
let isOver = false;
let writing: Promise<void> | undefined;

async function writeOn(): Promise<void> {
  for (let turn = 0; !isOver; turn += 1) {
    const id = `user-${process.pid}-${turn}`;
    await storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, id)));
    process.send?.({ acknowledged: id });
  }
}

async function run(command: Command): Promise<unknown> {
  switch (command.do) {
    case "check": {
      const { userId: user_id, organizationId: organization_id } = command;
      const actor = { type: "system", id: "test" } as const;
      const consistency: "strong" | "cached" = command.isStrong ? "strong" : "cached";
      const question = { user_id, organization_id, permission: "organization:read", consistency };
      return (await check({ engine, tenantId: command.tenantId, actor }, question)).allowed;
    }
    case "write":
      writing = writeOn();
      writing.catch(() => {});
      return null;
    case "find":
      await storage.catchUp(tenantId, true);
      return (await storage.committed.users.find(tenantId, command.userId)) !== undefined;
    case "read":
      return (await storage.committed.users.find(command.tenantId, command.userId)) !== undefined;
    case "end":
      isOver = true;
      await writing;
      await storage.close();
      return null;
  }
}

process.on("message", async ({ id, command }: { id: number; command: Command }) => {
  const answer = await run(command).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: String(error) }),
  );
  process.send?.({ id, ...answer });
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
