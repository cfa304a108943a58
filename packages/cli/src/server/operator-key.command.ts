import { replaceOperatorKey } from "@tenantry/core";
import type { GlobalOptions } from "../global-options.ts";
import { withTenantry } from "../with-tenantry.ts";

/** `tenantry operator-key`: creates a new operator key and revokes the earlier one. */
export async function runOperatorKey(options: GlobalOptions): Promise<void> {
  await withTenantry(options, "operator-key", async ({ ctx, output }) => {
    const key = await replaceOperatorKey(ctx.engine);
    await output.answer(
      { operator_key: key },
      () => `The operator key is ${key}\nIt is shown only once; the earlier key no longer works.`,
    );
  });
}
