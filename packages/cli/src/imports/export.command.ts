import { type ExportCounts, type ExportFormat, exportTenant } from "@tenantry/core";
import type { GlobalOptions } from "../global-options.ts";
import { createProgressBar } from "../progress-bar.ts";
import { formatFields } from "../terminal-output.ts";
import { withExistingTenantry } from "../with-tenantry.ts";
import { writeWholeFile } from "./write-whole-file.ts";

export interface ExportCommandOptions extends GlobalOptions {
  readonly format: ExportFormat;
  readonly out?: string;
  readonly events?: string;
  readonly force?: boolean;
}

type Write = (text: string) => Promise<void>;

/** `tenantry export`: writes to standard output, or to a file that gets its name only when it is complete. */
export async function runExport(options: ExportCommandOptions): Promise<void> {
  const { format, out, events } = options;
  const isReplacing = options.force === true;
  await withExistingTenantry(options, "export", async ({ ctx, output }) => {
    const bar = createProgressBar("entries");
    const onProgress = (done: number) => bar.show(done, 0);
    // One export writes both files, because both must show the same moment.
    const run = (write: Write, writeEvents?: Write): Promise<ExportCounts> =>
      exportTenant(ctx, { format, write, writeEvents, onProgress });
    const withEvents = (write: Write): Promise<ExportCounts> =>
      events === undefined
        ? run(write)
        : writeWholeFile(events, isReplacing, (writeEvents) => run(write, writeEvents));
    try {
      if (out === undefined) {
        await withEvents(output.write);
        return;
      }
      const counts = await writeWholeFile(out, isReplacing, withEvents);
      bar.end();
      const document = { file: out, format, ...(events === undefined ? {} : { events }), counts };
      await output.answer(document, () => formatFields({ file: out, ...counts }));
    } finally {
      bar.end();
    }
  });
}
