import { createOrganization, updateUser } from "@tenantry/core";
import { expect, test } from "vitest";
import { makeUser, openTestTenantry } from "./test-tenantry.ts";

const rounds = 30;

/** `done`, or the code of the refusal. */
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "done",
    (error) => error.code,
  );

test("makes no organization whose only owner is deactivated at the same time", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  for (let round = 0; round < rounds; round++) {
    const user = await makeUser(tenantry);
    const outcomes = await Promise.all([
      outcome(createOrganization(ctx, { name: `Raced ${round}`, owner_user_id: user.id })),
      outcome(updateUser(ctx, user.id, { status: "deactivated" })),
    ]);
    expect([
      ["done", "last_owner"],
      ["unknown_user", "done"],
    ]).toContainEqual(outcomes);
  }
});
