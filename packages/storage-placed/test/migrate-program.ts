/** Opens an installation as a server does when it starts, when it is told to, and brings the databases of its tenants to the newest schema. */
import { once } from "node:events";
import { type Installation, openProcess } from "./installation.ts";

process.send?.("ready");
await once(process, "message");
const { storage } = await openProcess(JSON.parse(process.argv[2] ?? "") as Installation);
process.send?.(await storage.places.migrateAll());
await storage.close();
process.disconnect();
