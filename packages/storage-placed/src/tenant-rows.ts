import type {
  Awaitable,
  Ports,
  Storage,
  TenantRecord,
  TenantStore,
  TransactionOptions,
} from "@tenantry/core";

/**
 * Keeps both rows of a tenant that lives elsewhere in step: the authoritative one where the tenant lives, and the
 * copy in the main database, by which it is found by slug and short id. The copy is written before the row is
 * committed, so that a taken slug is refused. If the commit fails or the process ends in between, the copy is written
 * again from the row.
 */
export interface TenantRows {
  /** Runs a body in the tenant's own database. */
  transaction<T>(
    storage: Storage,
    tenantId: string,
    body: (ports: Ports) => Awaitable<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** Writes the copy again if it differs from the row. */
  repair(storage: Storage, tenantId: string): Promise<void>;
}

/**
 * Whether each method of the tenants' port changes the row. Locking only raises the revision, which the copy need not
 * follow.
 */
const changesRow: Readonly<Record<keyof TenantStore, boolean>> = {
  insert: true,
  update: true,
  find: false,
  findBySlug: false,
  findByShortId: false,
  list: false,
  all: false,
  lock: false,
  putCopy: false,
  removeCopy: false,
};

export function createTenantRows(main: Storage): TenantRows {
  const putCopy = (row: TenantRecord) =>
    main.transaction(null, (ports) => ports.tenants.putCopy(row));

  async function repair(storage: Storage, tenantId: string): Promise<void> {
    const row = await storage.committed.tenants.find(tenantId);
    const copy = await main.committed.tenants.find(tenantId);
    if (row !== undefined && !(copy !== undefined && isSameRow(row, copy))) await putCopy(row);
  }

  return {
    async transaction(storage, tenantId, body, options) {
      let isChanged = false;
      let isCopied = false;
      let isOfLastRun = false;
      const run = (ports: Ports) => {
        isChanged = false;
        isOfLastRun = false;
        return body(
          watchRow(ports, () => {
            isChanged = true;
          }),
        );
      };
      const beforeCommit = async (ports: Ports) => {
        await options?.beforeCommit?.(ports);
        const row = isChanged ? await ports.tenants.find(tenantId) : undefined;
        if (row === undefined) return;
        isCopied = true;
        isOfLastRun = true;
        await putCopy(row);
      };
      try {
        const result = await storage.transaction(tenantId, run, { beforeCommit });
        // A body may run twice, and the copy of the first run may differ from the row that the second one left.
        if (isCopied && !isOfLastRun) await repair(storage, tenantId).catch(() => {});
        return result;
      } catch (error) {
        // The caller gets the error. A copy that cannot be repaired now is repaired when the database is next opened.
        if (isCopied) await repair(storage, tenantId).catch(() => {});
        throw error;
      }
    },
    repair,
  };
}

function watchRow(ports: Ports, changed: () => void): Ports {
  const { copies } = ports;
  const notice = (table: string) => {
    if (table === "tenants") changed();
  };
  return {
    ...ports,
    tenants: watchStore(ports.tenants, changed),
    copies: {
      ...copies,
      insert(tenantId, table, rows) {
        notice(table);
        return copies.insert(tenantId, table, rows);
      },
      put(tenantId, table, rows) {
        notice(table);
        return copies.put(tenantId, table, rows);
      },
    },
  };
}

function watchStore(tenants: TenantStore, changed: () => void): TenantStore {
  const watched = Object.entries(tenants).map(([method, call]) => [
    method,
    changesRow[method as keyof TenantStore]
      ? (...args: never[]) => {
          changed();
          return (call as (...args: never[]) => unknown)(...args);
        }
      : call,
  ]);
  return Object.fromEntries(watched) as TenantStore;
}

function isSameRow(row: TenantRecord, copy: TenantRecord): boolean {
  const { revision: _, ...of } = row;
  return Object.entries(of).every(([field, value]) => copy[field as keyof TenantRecord] === value);
}
