import { once } from "node:events";
import { openJsonStorage } from "../src/index.ts";

/** Opens a directory, says what came of it, and closes it when it is told to. */
const [directory = ""] = process.argv.slice(2);
console.log("opening");
try {
  const storage = await openJsonStorage({ directory });
  console.log("opened");
  await once(process.stdin, "data");
  await storage.close();
} catch (error) {
  console.log((error as { code?: string }).code);
}
process.exit();
