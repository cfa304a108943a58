import type { Storage } from "@tenantry/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeDatabase } from "../../../storage-postgres/test/database.ts";
import { type MoveStep, moveTenant } from "../../src/index.ts";
import { tenantId } from "../installation.ts";
import { describeMoving, openFilled } from "../move-suite.ts";

async function makeInstallation() {
  const { url, drop } = await makeDatabase();
  onTestFinished(drop);
  return { url };
}

describe("on PostgreSQL", () => {
  describeMoving(makeInstallation);

  test("a mover that says it is alive while it switches does not take the switch back", async () => {
    const { main, storage, moveOptions } = await openFilled(await makeInstallation());
    const said = sayingAcrossTheSwitch(main);
    let step: string | undefined;
    const moved = await moveTenant(
      moveOptions({
        main: said.main,
        goneAfterMs: 50,
        async onStep(reached: MoveStep) {
          if (reached === "fenced") await said.hasBegun;
          if (reached !== "switched") return;
          await said.end();
          step = (await main.committed.moveRecords.find(tenantId))?.step;
        },
      }),
      { server: "main" },
    );
    expect([moved.outcome, step]).toEqual(["moved", "switched"]);
    expect(await storage.committed.users.find(tenantId, "bob")).toBeDefined();
  });
});

/** The first sign of life is read before the switch, and written after it. */
function sayingAcrossTheSwitch(main: Storage) {
  const begun = Promise.withResolvers<void>();
  const switched = Promise.withResolvers<void>();
  let saying: Promise<unknown> | undefined;
  const transaction: Storage["transaction"] = (tenant, body) => {
    const running = main.transaction(tenant, (ports) => {
      const { moveRecords } = ports;
      const find: typeof moveRecords.find = async (id) => {
        const found = await moveRecords.find(id);
        if (saying !== undefined || tenant !== null) return found;
        saying = running.catch(() => {});
        begun.resolve();
        await switched.promise;
        return found;
      };
      return body({ ...ports, moveRecords: { ...moveRecords, find } });
    });
    return running;
  };
  return {
    main: {
      ...main,
      get committed() {
        return main.committed;
      },
      transaction,
    },
    hasBegun: begun.promise,
    async end() {
      switched.resolve();
      await saying;
    },
  };
}
