import { type ExportFormat, exportTenant } from "@tenantry/core";
import type { GlobalOptions } from "../global-options.ts";
import { createProgressBar } from "../progress-bar.ts";
import { formatFields } from "../terminal-output.ts";
import { withExistingTenantry } from "../with-tenantry.ts";
import { writeWholeFile } from "./write-whole-file.ts";

export interface ExportCommandOptions extends GlobalOptions {
  readonly format: ExportFormat;
  readonly out?: string;
  readonly force?: boolean;
}

/** `tenantry export`: to standard output, or to a file that has its name only when it is whole. */
export async function runExport(options: ExportCommandOptions): Promise<void> {
  const { format, out, force } = options;
  await withExistingTenantry(options, "export", async ({ ctx, output }) => {
    if (out === undefined) {
      await exportTenant(ctx, { format, write: output.write });
      return;
    }
    const bar = createProgressBar("entries");
    const counts = await writeWholeFile(out, force === true, (write) =>
      exportTenant(ctx, { format, write, onProgress: (done) => bar.show(done, 0) }),
    ).finally(bar.end);
    await output.answer({ file: out, format, counts }, () =>
      formatFields({ file: out, ...counts }),
    );
  });
}
