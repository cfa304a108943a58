import { describe, onTestFinished } from "vitest";
import { makeDatabase } from "../../../storage-postgres/test/database.ts";
import { describePurging } from "../purge-suite.ts";

describe("on PostgreSQL", () => {
  describePurging(async () => {
    const { url, drop } = await makeDatabase();
    onTestFinished(drop);
    return { url };
  });
});
