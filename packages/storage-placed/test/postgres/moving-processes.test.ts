import { describe, onTestFinished } from "vitest";
import { makeDatabase } from "../../../storage-postgres/test/database.ts";
import { describeMovingAmongProcesses } from "../process-suite.ts";

describe("on PostgreSQL", () => {
  describeMovingAmongProcesses(async () => {
    const { url, drop } = await makeDatabase();
    onTestFinished(drop);
    return { url };
  });
});
