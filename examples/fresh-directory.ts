import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Gives an example an empty directory of its own, whatever the environment is set to, and removes it at the end. Leave this
 * import out in your own program; its data is then kept in ./data.
 */
const directory = mkdtempSync(join(tmpdir(), "tenantry-example-"));
process.chdir(directory);
delete process.env.DATABASE_URL;
delete process.env.TENANTRY_DATA_DIR;
process.on("exit", () => {
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true, force: true });
});
