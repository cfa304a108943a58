import { fillTenant } from "@tenantry/storage-testkit";
import { moment, purgeRecord } from "@tenantry/storage-testkit/records";
import { borrowDatabase, connectAsApplication, queryOnce } from "../test/database.ts";
import { describeHostileStatements } from "../test/hostile-suite.ts";
import { openPostgresStorage } from "./index.ts";

describeHostileStatements("in a database that tenants share", async () => {
  const { url, drop } = await borrowDatabase();
  const [ours, theirs] = ["tenant-a", "tenant-b"];
  const storage = await openPostgresStorage({ url });
  for (const tenant of [ours, theirs]) {
    await storage.transaction(tenant, (ports) => fillTenant(ports, tenant));
  }
  await storage.transaction(null, async ({ keys, placements, purges, registeredOrganizations }) => {
    for (const tenant of [ours, theirs]) {
      await placements.insert({
        tenant_id: tenant,
        server: "main",
        database: `database of ${tenant}`,
        epoch: 1,
        state: "steady",
        created_at: moment,
        updated_at: moment,
      });
    }
    await purges.insert(purgeRecord(theirs));
    await registeredOrganizations.insert({
      serial: 1,
      name_key: "theirs",
      name: "Theirs",
      admin_email: "ann@example.com",
      tenant_id: theirs,
      admin_user_id: "ann",
      created_at: moment,
    });
    const key = { id: "key", created_at: moment };
    await keys.insertOperatorKey({ ...key, key_hash: "hash" });
    const halves = { algorithm: "EdDSA", public_jwk: "{}", private_jwk: "{}" };
    await keys.insertSigningKey({ ...key, ...halves });
  });
  await storage.close();
  // Only triggers write here, while a tenant moves.
  for (const tenant of [ours, theirs]) {
    await queryOnce(
      url,
      `INSERT INTO changed_rows (tenant_id, table_name, row_key) VALUES ('${tenant}', 'users', '[]')`,
    );
  }
  return {
    ours,
    theirs,
    application: await connectAsApplication(url),
    superuserUrl: url,
    dispose: drop,
  };
});
