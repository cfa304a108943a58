import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJsonStorage } from "@tenantry/storage-json";
import { storageConformance } from "@tenantry/storage-testkit";

storageConformance({
  name: "A JSON directory",
  without: {
    "tenant-moves": "a directory has no other place",
    "schema-upgrade": "rows are read from files into tables that are made anew at each start",
  },
  async open() {
    const directory = mkdtempSync(join(tmpdir(), "storage-json-"));
    const storage = await openJsonStorage({ directory });
    return {
      storage,
      openAnother: () => openJsonStorage({ directory }),
      async dispose() {
        await storage.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
});
