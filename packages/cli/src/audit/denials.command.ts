import { type Denial, type DenialCode, givenFields, listDenials } from "@tenantry/core";
import type { GlobalOptions } from "../global-options.ts";
import { formatRest, type PageOptions, readPages } from "../read-pages.ts";
import { formatTable } from "../terminal-output.ts";
import { withExistingTenantry } from "../with-tenantry.ts";

export interface AuditDenialsOptions extends GlobalOptions, PageOptions {
  readonly org?: string;
  readonly actor?: string;
  readonly code?: DenialCode;
}

/** `tenantry audit denials` */
export async function runAuditDenials(options: AuditDenialsOptions): Promise<void> {
  await withExistingTenantry(options, "audit denials", async ({ ctx, output }) => {
    const filter = givenFields({
      organization_id: options.org,
      actor_id: options.actor,
      code: options.code,
    });
    const page = await readPages<Denial>(options, (asked) =>
      listDenials(ctx, { ...filter, ...asked }),
    );
    await output.answer(page, () => {
      const rows = page.items.map((denial) => [
        denial.occurred_at,
        denial.code,
        denial.operation,
        denial.actor.id ?? denial.actor.type,
        denial.organization_id,
        denial.permission,
        denial.request_id,
      ]);
      const heading = ["TIME", "CODE", "OPERATION", "WHO", "ORGANIZATION", "TAKES", "REQUEST"];
      return formatTable(heading, rows) + formatRest(page);
    });
  });
}
