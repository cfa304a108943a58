import type { Awaitable } from "../awaitable.ts";
import type { Context } from "../context.ts";
import { type JsonPage, type StoredPage, toJsonPage } from "../page.ts";

/** A question for a page that may be answered from memory. The caller is authorized already. */
export interface PageQuestion {
  /** The question as text, including the tenant: equal keys are equal questions. */
  readonly key: string;
  read(): Awaitable<StoredPage>;
  /** What the page shows, named as in `page-marks.ts`. */
  shownBy(page: StoredPage): readonly string[];
}

/**
 * Answers from memory if the page was read before, has not changed, and the storage can tell so synchronously;
 * otherwise reads it. The answer is always as new as a read, whichever process committed last.
 */
export async function rememberedPage(ctx: Context, question: PageQuestion): Promise<JsonPage> {
  const { storage, pages } = ctx.engine;
  if (storage.lookNow?.(ctx.tenantId) !== true) return toJsonPage(await question.read());
  const foreignCommits = storage.foreignCommits(ctx.tenantId);
  const remembered = pages.find(question.key, foreignCommits);
  if (remembered !== undefined) return remembered;
  const fill = pages.beginFill(foreignCommits);
  const stored = await question.read();
  const page = toJsonPage(stored);
  pages.endFill(fill, question.key, () => question.shownBy(stored), page);
  return page;
}
