import { migrateStorage, parseDatabaseUrl } from "tenantry";

/** Copies a storage into another, and is gone in the midst of it: after so many pages. */
const [from = "", to = "", pages = ""] = process.argv.slice(2);
let done = 0;
await migrateStorage({
  from: parseDatabaseUrl(from, "."),
  to: parseDatabaseUrl(to, "."),
  onProgress() {
    done += 1;
    if (done === Number(pages)) process.kill(process.pid, "SIGKILL");
  },
});
