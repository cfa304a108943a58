import {
  type Actor,
  createEngine,
  ensureDefaultTenant,
  type PasswordHasher,
  type Storage,
} from "@tenantry/core";
import { createSavepoint } from "@tenantry/storage-sqlite/machinery";
import type { ForeignEdits } from "./foreign-edits.ts";
import { importForeignEdits, type SourceTimes } from "./import-foreign-edits.ts";
import type { Memory } from "./memory.ts";
import type { SourceContent } from "./read-source-files.ts";
import { takeOrder } from "./source-files.ts";
import { sourceTimesTable } from "./source-times-table.ts";

/** The actor of events for edits that another program made. */
const actor: Actor = { type: "system", id: "json-directory" };

/** Imports another program's edits within the open transaction. */
export async function takeIn(memory: Memory, edits: ForeignEdits): Promise<void> {
  const storage = createOpenTransactionStorage(memory);
  const engine = createEngine({ storage, passwords: noPasswords });
  const { id } = await ensureDefaultTenant(engine);
  await importForeignEdits({ engine, tenantId: id, actor }, edits, createSourceTimes(memory));
}

/** Orders the view's entries as in the edited files. Call it after the view includes the imported edits. */
export function arrangeAs({ view }: Memory, content: SourceContent): void {
  takeOrder(view, content);
  view.changeAll();
}

/** A storage whose transactions are savepoints of the open one. */
function createOpenTransactionStorage({ db, ports }: Memory): Storage {
  const savepoint = createSavepoint(db);
  return {
    committed: ports,
    replicated: ports,
    async transaction(_tenantId, body) {
      savepoint.begin();
      try {
        const result = await body(ports);
        savepoint.keep();
        return result;
      } catch (error) {
        savepoint.undo();
        throw error;
      }
    },
    snapshot: (_tenantId, body) => body(ports),
    onChange() {},
    catchUp() {},
    foreignCommits: () => 0,
    close: async () => {},
  };
}

function createSourceTimes({ db }: Memory): SourceTimes {
  const put = db.prepare(`
    INSERT INTO ${sourceTimesTable} (organization_id, user_id, time) VALUES (?, ?, ?)
    ON CONFLICT (organization_id, user_id) DO UPDATE SET time = excluded.time`);
  const remove = db.prepare(
    `DELETE FROM ${sourceTimesTable} WHERE organization_id = ? AND user_id = ?`,
  );
  const setCreated = db.prepare(
    "UPDATE organizations SET created_at = ? WHERE tenant_id = ? AND id = ?",
  );
  return {
    keep(orgId, userId, exact) {
      if (exact === null) remove.run(orgId, userId);
      else put.run(orgId, userId, exact);
    },
    setCreated: (tenantId, orgId, createdAt) => setCreated.run(createdAt, tenantId, orgId),
  };
}

const noPasswords: PasswordHasher = {
  hash: () => Promise.reject(new Error("No password is set here")),
  verify: async () => false,
};
