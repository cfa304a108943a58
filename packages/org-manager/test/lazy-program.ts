import { orgManager } from "@tenantry/org-manager";

/** Creates the organizations that it is told, at once, and prints their ids. */
const names = process.argv.slice(2);
const ids = await Promise.all(names.map((name) => orgManager.createOrganization(name)));
process.stdout.write(JSON.stringify(ids));
await orgManager.close();
