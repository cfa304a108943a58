import { describe, onTestFinished } from "vitest";
import { makeDatabase } from "../../../storage-postgres/test/database.ts";
import { describeMoving } from "../move-suite.ts";

describe("on PostgreSQL", () => {
  describeMoving(async () => {
    const { url, drop } = await makeDatabase();
    onTestFinished(drop);
    return { url };
  });
});
