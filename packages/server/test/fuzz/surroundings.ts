import { createRole, createTeam } from "@tenantry/core";
import { makeTestDatabase } from "../../../tenantry/test/test-database.ts";
import { type MatrixFixture, openMatrixFixture } from "../matrix/matrix-fixture.ts";
import { found } from "../people.ts";
import { type Footprint, footprintOf } from "./footprint.ts";
import { type KnownValues, knownValues } from "./known-values.ts";
import { createSender, type Sender } from "./send.ts";

/** A server to send requests to, and what is known of it. */
export interface Surroundings {
  readonly fixture: MatrixFixture;
  readonly known: KnownValues;
  readonly sender: Sender;
  readonly tenantIds: { readonly own: string; readonly other: string };
  /** What the server holds now. */
  footprint: Footprint;
  close(): Promise<void>;
}

/** The fixture of the matrix on a storage of its own, with things in the other tenant that nobody of the first may hear of. */
export async function openSurroundings(): Promise<Surroundings> {
  const { url } = await makeTestDatabase();
  const fixture = await openMatrixFixture({ environment: { DATABASE_URL: url } });
  const { server } = fixture;
  const tenantIds = {
    own: server.tenantry.defaultTenant.id,
    other: await hideThings(fixture),
  };
  const known = knownValues(fixture);
  known.learn(await allIds(fixture));
  const sender = createSender(server.address);
  return {
    fixture,
    known,
    sender,
    tenantIds,
    footprint: await footprintOf(server.tenantry.engine),
    async close() {
      sender.close();
      await server.stop();
    },
  };
}

async function hideThings({ server, people }: MatrixFixture): Promise<string> {
  const { tenantry } = server;
  const other = await tenantry.engine.storage.committed.tenants.findBySlug("other");
  if (other === undefined) throw new Error("The fixture has another tenant");
  const ctx = tenantry.context({ actor: { type: "operator", id: "test" }, tenantId: other.id });
  const name = "Hidden organization";
  const { id } = await found(server, people.otherTenant, { name }, other);
  await createTeam(ctx, id, { name: "Hidden team" });
  await createRole(ctx, id, { key: "hidden", name: "Hidden role", rank: 5, permissions: [] });
  return other.id;
}

/** Of tenants, organizations and teams: all that paths can name, so that everybody tries what is not theirs. */
async function allIds({ server }: MatrixFixture): Promise<readonly { readonly id: unknown }[]> {
  const { copies, tenants } = server.tenantry.engine.storage.committed;
  const ids: { readonly id: unknown }[] = [];
  for (const { id } of await tenants.all()) {
    for (const table of ["tenants", "organizations", "teams"]) {
      const rows = await copies.page(id, table, null, 100);
      ids.push(...rows.map((row) => ({ id: row.id })));
    }
  }
  return ids;
}
