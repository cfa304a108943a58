import type { Awaitable } from "../awaitable.ts";
import type { Context } from "../context.ts";
import { type JsonPage, type StoredPage, toJsonPage } from "../page.ts";

/** A page that may come from memory. Whether the caller may see it is decided before. */
export interface PageQuestion {
  /** What is asked, with the tenant: equal keys are equal questions. */
  readonly key: string;
  read(): Awaitable<StoredPage>;
  /** What the page shows, as `page-marks.ts` names it. */
  shownBy(page: StoredPage): readonly string[];
}

/**
 * Answers from memory what was read before and has not changed, where the storage can say so at once; else reads. So the answer is
 * as new as a read, whoever committed.
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
