import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Gives an example a directory of its own, so that it begins with nothing, whatever is set or lies about, and leaves nothing behind. A
 * program of yours leaves this import out and keeps its data in ./data.
 */
const directory = mkdtempSync(join(tmpdir(), "tenantry-example-"));
process.chdir(directory);
delete process.env.DATABASE_URL;
delete process.env.TENANTRY_DATA_DIR;
process.on("exit", () => {
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true, force: true });
});
